import { expect, it, vi } from 'vitest'
import { pino } from 'pino'
import { startSchedule } from '#jobs/schedule.ts'

const never = '0 0 0 1 1 *'
const log = pino({ level: 'silent' })

it('rings a duty before its time when it asks for it, and no more once it is stopped', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const waits = [40, null, 40]
    let runs = 0
    const duty = {
      name: 'sweep',
      when: never,
      run: async () => void (runs += 1),
      again: async () => waits.shift() ?? null,
    }
    const schedule = startSchedule([duty], log)
    await schedule.ring('sweep')
    await vi.advanceTimersByTimeAsync(39)
    expect(runs).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(runs).toBe(2)
    await vi.advanceTimersByTimeAsync(1000)
    expect(runs, 'it did not ask again').toBe(2)
    await schedule.ring('sweep')
    await schedule.stop()
    await vi.advanceTimersByTimeAsync(1000)
    expect(runs).toBe(3)
  } finally {
    vi.useRealTimers()
  }
})

it('does not ring a duty at its time while it runs because it asked for it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 0 })
  try {
    const running: number[] = []
    let now = 0
    const run = async () => {
      running.push((now += 1))
      await new Promise((done) => setTimeout(done, 900))
      now -= 1
    }
    const schedule = startSchedule(
      [{ name: 'sweep', when: '*/2 * * * * *', run, again: async () => 300 }],
      log,
    )
    await vi.advanceTimersByTimeAsync(10_000)
    expect(running.length).toBeGreaterThan(5)
    expect(Math.max(...running)).toBe(1)
    const stopped = schedule.stop()
    await vi.advanceTimersByTimeAsync(1000)
    await stopped
  } finally {
    vi.useRealTimers()
  }
})
