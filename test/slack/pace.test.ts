import { expect, it } from 'vitest'
import { addMs } from '#domain/time.ts'
import { Pace } from '#slack/pace.ts'

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
