import { mock } from 'node:test'
import { pino } from 'pino'
import { startSchedule } from '#jobs/schedule.ts'
import { secondMs } from '#domain/time.ts'

/** Lets so many seconds pass from an instant on, in a process of its own, and prints how often a duty of each second rang. */
const [from = '', seconds = ''] = process.argv.slice(2)
mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: new Date(from) })
let rings = 0
const duty = { name: 'sweep', when: '* * * * * *', run: async () => void (rings += 1) }
const schedule = startSchedule([duty], pino({ level: 'silent' }))
for (let second = 0; second < Number(seconds); second += 1) {
  mock.timers.tick(secondMs)
  await new Promise((done) => setImmediate(done))
}
await schedule.stop()
process.stdout.write(String(rings))
