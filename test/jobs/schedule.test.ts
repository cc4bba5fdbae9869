import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it, vi } from 'vitest'
import { pino } from 'pino'
import { minuteMs } from '#domain/time.ts'
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

it.each(['Europe/Brussels', 'America/New_York'])(
  'rings each second also in the hour that comes twice, in %s',
  async (zone) => {
    for (const night of ['2026-10-24T23:59:50Z', '2026-11-01T05:59:50Z'])
      expect(await rings(zone, night, 100)).toBe(100)
  },
)

it.each([-10, 10])('rings on when the clock is set by %d minutes, and tells by how much', async (minutes) => {
  await onSetClocks(async ({ rung, told, pass, set }) => {
    await pass(2.25)
    expect(rung).toEqual({ second: 135, minute: 2 })
    set(minutes)
    await pass(1)
    expect(rung.second).toBeGreaterThanOrEqual(135 + 59)
    expect(rung.minute, 'what was passed over is rung once').toBe(minutes > 0 ? 4 : 3)
    expect(told).toEqual([minutes * minuteMs])
  })
})

it('does not go through all that a machine missed that was suspended for a weekend', async () => {
  await onSetClocks(async ({ rung, pass, set }) => {
    set(60 * 60)
    await pass(0.1)
    expect(rung.second).toBe(6)
  })
}, 20_000)

/** Counts what two duties ring, on clocks that pass, and of which the one on the wall can be set. */
async function onSetClocks(story: (clocks: Clocks) => Promise<void>) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'], now: 0 })
  const rung = { second: 0, minute: 0 }
  const told: number[] = []
  const second = { name: 'second', when: '* * * * * *', run: async () => void (rung.second += 1) }
  const minute = { name: 'minute', when: '30 * * * * *', run: async () => void (rung.minute += 1) }
  const schedule = startSchedule([second, minute], log, async (ms) => void told.push(ms))
  const pass = async (minutes: number) => void (await vi.advanceTimersByTimeAsync(minutes * minuteMs))
  const set = (minutes: number) => void vi.setSystemTime(Date.now() + minutes * minuteMs)
  try {
    await story({ rung, told, pass, set })
  } finally {
    await schedule.stop()
    vi.useRealTimers()
  }
}
type Clocks = {
  rung: { second: number; minute: number }
  told: number[]
  pass: (minutes: number) => Promise<void>
  set: (minutes: number) => void
}

/** How often a duty of each second rings in so many of them, in a process of this zone. */
async function rings(zone: string, from: string, seconds: number): Promise<number> {
  const script = fileURLToPath(new URL('rings.ts', import.meta.url))
  const env = { ...process.env, TZ: zone }
  const { stdout } = await promisify(execFile)(process.execPath, [script, from, String(seconds)], { env })
  return Number(stdout)
}
