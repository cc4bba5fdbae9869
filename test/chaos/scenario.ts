import { test } from 'vitest'
import { minuteMs } from '#domain/time.ts'
import { audit } from './audit.ts'
import type { Excuses, Verdict } from './audit.ts'
import { gatherEvidence } from './evidence.ts'
import { quiet } from './quiet.ts'
import { startStage } from './stage.ts'
import type { Stage, StageOptions } from './stage.ts'

/** One line of the table at the end. */
export type Result = Omit<Verdict, 'problems'> & { scenario: string }

declare module 'vitest' {
  interface TaskMeta {
    chaos?: Result
  }
}

type Options = StageOptions & Excuses & { mayWaitMs?: number }

/** Nobody waits for longer than this, whatever happens to one process. */
const usualWaitMs = minuteMs

/** Something goes wrong on a stage of its own, beside the others; after quiet has returned, all is as it must be. */
export function scenario(name: string, options: Options, story: (stage: Stage) => Promise<void>): void {
  test.concurrent(name, async ({ task, expect, onTestFinished }) => {
    const stage = await startStage(options)
    // Not `await using`: a story that is out of time must not leave its processes behind.
    onTestFinished(() => stage[Symbol.asyncDispose]())
    await story(stage)
    await quiet(stage)
    const { problems, ...result } = audit(await gatherEvidence(stage), options)
    task.meta.chaos = { scenario: name, ...result }
    expect(problems).toEqual([])
    expect(result.escalations).toBeGreaterThan(0)
    expect(result.longestWaitMs).toBeLessThan(options.mayWaitMs ?? usualWaitMs)
  })
}
