import { expect, it } from 'vitest'
import { addMs, minuteMs } from '#domain/time.ts'
import { everywhere, Pace } from '#slack/pace.ts'

const start = new Date('2026-11-23T08:30:00Z')
const after = (ms: number) => addMs(start, ms)

/** Posts to one channel whenever it may be, until the end, however late each is noticed. Returns when. */
function posting(pace: Pace, untilMs: number, lateMs = 0): number[] {
  const at: number[] = []
  for (let ms = 0; ms <= untilMs;) {
    const ready = pace.readyAt('C1', after(ms))
    if (ready) {
      ms = Number(ready) - Number(start) + lateMs
    } else {
      pace.spent('C1', after(ms))
      at.push(ms)
    }
  }
  return at.filter((ms) => ms <= untilMs)
}

it('lets a burst of five go, and then one a second', () => {
  expect(posting(new Pace(), 3000)).toEqual([0, 0, 0, 0, 0, 1000, 2000, 3000])
})

it('makes up for what was noticed late', () => {
  expect(posting(new Pace(), 60_000, 200).length).toBeGreaterThanOrEqual(64)
})

it('knows who was served lately, who has to wait, and until when the first of them has', () => {
  const pace = new Pace()
  posting(pace, 0)
  pace.spent('C2', start)
  pace.block('C3', after(700))
  expect(pace.served(start)).toEqual(['C1', 'C2'])
  expect(pace.busy(start)).toEqual(['C1', 'C3'])
  expect(pace.nextReadyAt(start)).toEqual(after(700))
  expect(pace.nextReadyAt(after(700))).toEqual(after(1000))
  expect(pace.nextReadyAt(after(1000))).toBeNull()
  expect(pace.served(after(5000))).toEqual([])
})

it('leaves one channel alone that Slack takes no more for, and all of them when several are refused at once', () => {
  const pace = new Pace()
  pace.refused('C1', after(30_000), start)
  pace.refused('C2', after(1000), after(10))
  expect(pace.readyAt(everywhere, after(10))).toBeNull()
  pace.refused('C3', after(1000), after(20))
  expect(pace.readyAt(everywhere, after(20))).toEqual(after(1000))
  expect(pace.readyAt('C1', after(1000))).toEqual(after(30_000))
})

it('keeps nobody waiting for longer because the clock was set back', () => {
  const pace = new Pace()
  posting(pace, 0)
  for (const channel of ['C2', 'C3', 'C4']) pace.refused(channel, after(1500), start)
  const wave = pace.wave(start)
  pace.setBack(10 * minuteMs)
  const then = (ms: number) => after(ms - 10 * minuteMs)
  expect(pace.busy(then(0)).toSorted()).toEqual(['*', 'C1', 'C2', 'C3', 'C4'])
  expect(pace.readyAt('C1', then(0))).toEqual(then(1000))
  expect(pace.readyAt(everywhere, then(0))).toEqual(then(1500))
  expect(pace.busy(then(1500))).toEqual([])
  expect(pace.served(then(5000))).toEqual([])
  expect(pace.turns(then(minuteMs))).toEqual([])
  expect(pace.wave(then(0))).toBe(wave)
  expect(pace.wave(then(minuteMs + 1))).toBe(Infinity)
})

it('never holds everything back for long: what looks like one limit may be three', () => {
  const pace = new Pace()
  for (const channel of ['C1', 'C2', 'C3']) pace.refused(channel, after(60_000), start)
  expect(pace.readyAt(everywhere, start)).toEqual(after(2000))
})

it('does not take refusals that are far apart for one limit', () => {
  const pace = new Pace()
  for (const [index, channel] of ['C1', 'C2', 'C3'].entries())
    pace.refused(channel, after(60_000), after(index * 1000))
  expect(pace.readyAt(everywhere, after(2000))).toBeNull()
})

it('does not count as a turn what was refused: a quiet channel must not queue up behind the busy ones for that', () => {
  const pace = new Pace()
  pace.spent('C1', after(0))
  pace.spent('C2', after(1000))
  pace.spent('C1', after(2000))
  pace.refused('C1', after(3000), after(2100))
  expect(pace.turns(after(2200))).toEqual(['C1', 'C2'])
  pace.spent('QUIET', after(3000))
  pace.refused('QUIET', after(4000), after(3100))
  expect(pace.turns(after(3200))).toEqual(['C1', 'C2'])
})

/** What a workspace that takes so many a second refuses, of all that this pace lets out from now on. */
function refusedBy(pace: Pace, allowed: number, seconds: number) {
  const took: number[] = []
  const refused: number[] = []
  for (let ms = 0; ms < seconds * 1000; ms += 10) {
    const now = after(ms)
    if (pace.readyAt(everywhere, now)) continue
    const wave = Math.min(12, pace.wave(now))
    pace.took(wave, now)
    for (let at = 0; at < wave; at += 1) {
      const target = `C${(took.length + refused.length) % 40}`
      pace.spent(target, now)
      const isTaken = took.filter((before) => before > ms - 1000).length < allowed
      ;(isTaken ? took : refused).push(ms)
      if (!isTaken) pace.refused(target, after(ms + 1000), now)
    }
  }
  return { took, refused }
}

it.each([5, 10, 30])(
  'learns a limit of %i a second that all share: uses it up, and is seldom refused',
  (allowed) => {
    const { took, refused } = refusedBy(new Pace(), allowed, 120)
    const late = (all: number[]) => all.filter((ms) => ms > 20_000).length / 100
    expect(late(took)).toBeGreaterThan(allowed * 0.9)
    expect(late(refused)).toBeLessThan(allowed * 0.06)
  },
)

it('forgets a shared limit when nothing was refused for a minute', () => {
  const pace = new Pace()
  for (const target of ['C1', 'C2', 'C3']) pace.spent(target, after(0))
  for (const target of ['C1', 'C2', 'C3']) pace.refused(target, after(1000), after(100))
  expect(pace.wave(after(60_000))).toBe(1)
  expect(pace.wave(after(60_200))).toBe(Infinity)
})

it('remembers for a minute whose turn it is: who got something longest ago comes first', () => {
  const pace = new Pace()
  for (const [index, channel] of ['C1', 'C2', 'C1', 'C3'].entries())
    pace.spent(channel, after(index * 10_000))
  expect(pace.turns(after(30_000))).toEqual(['C2', 'C1', 'C3'])
  expect(pace.turns(after(80_000))).toEqual(['C3'])
})
