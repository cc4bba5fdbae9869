import { randomInt } from 'node:crypto'
import * as fc from 'fast-check'
import { afterAll, describe, it } from 'vitest'
import { beyondCommands } from './beyond.ts'
import { startFleet, type Fleet, type Transport } from './fleet.ts'
import { machineCommands, policies } from './machines.ts'
import { newModel, type Command } from './model.ts'
import { peopleCommands } from './people.ts'
import { clear, holdsInTheEnd } from './rest.ts'
import { ticketCommands } from './tickets.ts'
import { troubleCommands } from './trouble.ts'

const given = process.env
/** A world is used for so many runs, and then another is started. */
const runsInWorld = 10
const newSeed = randomInt(2 ** 30) * 2

/** Seeds and how many runs of each: an even seed takes Slack's word over sockets, an odd one over HTTP. */
function plan(): { seed: number; runs: number }[] {
  if (given['MODEL_SEED'])
    return [{ seed: Number(given['MODEL_SEED']), runs: Number(given['MODEL_RUNS'] ?? 1) }]
  // What a change is held to is the same for everybody who checks it; new ground is for those who look for it.
  if (!given['MODEL_RUNS']) return [2382, 2381].map((seed) => ({ seed, runs: 2 }))
  const runs = Math.ceil(Number(given['MODEL_RUNS']) / 2)
  return [
    { seed: newSeed, runs },
    { seed: newSeed + 1, runs },
  ]
}

const weights: [fc.Arbitrary<Command>, number][] = [
  [ticketCommands.escalates, 6],
  [ticketCommands.goesOn, 3],
  [ticketCommands.escalateByHand, 2],
  [peopleCommands.acts, 12],
  [peopleCommands.actAtOnce, 2],
  [peopleCommands.crowd, 3],
  [peopleCommands.replies, 1],
  [peopleCommands.looks, 1],
  [peopleCommands.leaves, 1],
  [machineCommands.timePasses, 8],
  [machineCommands.momentPasses, 8],
  [machineCommands.joins, 2],
  [machineCommands.stops, 1],
  [machineCommands.dies, 1],
  [machineCommands.dieWhileSending, 1],
  [machineCommands.databaseAway, 1],
  [machineCommands.databaseBack, 1],
  [machineCommands.policyRead, 1],
  [troubleCommands.slackFails, 5],
  [troubleCommands.eventsFail, 1],
  [troubleCommands.lags, 2],
  [troubleCommands.slackIsWell, 1],
  [troubleCommands.tokenRevoked, 1],
  [troubleCommands.archives, 2],
  [troubleCommands.socketsCut, 1],
  [beyondCommands.mailTurns, 1],
  [beyondCommands.pagerFails, 1],
]

let fleet: Fleet | null = null
let run = 0
const leave = async () => {
  await fleet?.[Symbol.asyncDispose]()
  fleet = null
}

async function once(transport: Transport, commands: Iterable<Command>): Promise<void> {
  run += 1
  if (run % runsInWorld === 0) await leave()
  fleet ??= await startFleet(transport, policies.usual)
  const [real, model] = [fleet, newModel(`run${run}`)]
  try {
    await fc.asyncModelRun(() => ({ model, real }), commands)
    await holdsInTheEnd(model, real)
    await clear(model, real)
  } catch (error) {
    // What went wrong is left behind in the world: the next run needs another.
    await leave()
    throw error
  }
}

/** A run that takes longer than this stands still: it fails, and the last of its commands is where. */
const runMs = 240_000

/** One line for each run, as soon as it is over: whoever looks for new ground sees how far it goes, and where it stands. */
function noted(seed: number, work: (commands: Iterable<Command>) => Promise<void>): typeof work {
  return async (commands) => {
    const begun = Date.now()
    const note = (how: string) =>
      process.stderr.write(
        `seed ${seed}, run ${run}: ${how} after ${((Date.now() - begun) / 1000).toFixed(1)} s\n`,
      )
    await work(commands).catch((error: unknown) => {
      note('fails')
      throw error
    })
    if (given['MODEL_RUNS']) note('holds')
  }
}

/** How to see it once more, beside what went wrong. */
function told(result: fc.RunDetails<[Iterable<Command>]>, report: string): string {
  if (result.counterexamplePath === null) return report
  const replay = /replayPath="([^"]*)"/.exec(report)?.[1] ?? ''
  const again = `MODEL_SEED=${result.seed} MODEL_PATH=${result.counterexamplePath}`
  return [
    `Again: ${again} MODEL_REPLAY=${replay} npx vitest run test/model`,
    `Shorter, if there is such, within ten minutes: ${again} MODEL_SHRINK=10 npx vitest run test/model`,
    report,
  ].join('\n')
}

describe.each(plan())('whatever people, clocks, faults and restarts do (seed $seed)', ({ seed, runs }) => {
  afterAll(leave)
  const [path = '', replayPath = ''] = [given['MODEL_PATH'], given['MODEL_REPLAY']]
  const shrinkMs = Number(given['MODEL_SHRINK'] ?? 0) * 60_000
  const limitMs = runs * 60_000 + (shrinkMs || runMs)

  it('it is put right', { timeout: limitMs + runMs }, async () => {
    const commands = fc.commands(
      weights.flatMap(([arbitrary, weight]) => Array.from({ length: weight }, () => arbitrary)),
      { maxCommands: 40, size: 'max', ...(replayPath && { replayPath }) },
    )
    const transport = seed % 2 === 0 ? 'socket' : 'http'
    const play = noted(seed, (some) => once(transport, some))
    const result = await fc.check(fc.asyncProperty(commands, play), {
      seed,
      path,
      numRuns: runs,
      unbiased: true,
      timeout: runMs,
      // Each step towards a shorter sequence costs a world: what was found is told first.
      endOnFailure: shrinkMs === 0,
      interruptAfterTimeLimit: limitMs,
      markInterruptAsFailure: true,
    })
    const report = await fc.asyncDefaultReportMessage(result)
    if (report) throw new Error(told(result, report), { cause: result.errorInstance })
  })
})
