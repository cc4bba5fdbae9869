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
