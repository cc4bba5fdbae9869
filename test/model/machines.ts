import * as fc from 'fast-check'
import { expect, vi } from 'vitest'
import type { Sandbox } from '../../sandbox/protocol.ts'
import { secret } from '../support/receiver.ts'
import { sendHook } from '../support/world.ts'
import { ticketEvent } from '../support/tickets.ts'
import { examplePolicy } from '../support/world.ts'
import { pagerPlace } from './beyond.ts'
import { patienceMs, type Fleet } from './fleet.ts'
import { command, tries, type Command, type Model } from './model.ts'

const timePasses: fc.Arbitrary<Command> = fc
  .record({
    minutes: fc.constantFrom(0.05, 0.2, 0.5, 1, 2, 5.1, 10.1, 15.1, 30.1, 61, 250, 24 * 60),
    looks: fc.constantFrom(2, 6, 15),
  })
  .map(({ minutes, looks }) =>
    command(`${minutes} minutes pass, looked at ${looks} times`, (_, { tick }) => tick(minutes, looks)),
  )

const momentPasses: fc.Arbitrary<Command> = fc.constant(command('a moment passes', (_, { turn }) => turn()))

const which = fc.nat(2)

const joins: fc.Arbitrary<Command> = fc.constant(
  command(
    'a replica starts',
    async (model, { start }) => {
      await start()
      model.replicas += 1
    },
    ({ replicas, broken }) => replicas < 3 && !broken.has('Slack'),
  ),
)

const stops: fc.Arbitrary<Command> = which.map((n) =>
  command(
    `replica ${n} stops`,
    async (model, { stop, replicas }) => {
      model.replicas -= 1
      await stop(n % replicas.length)
    },
    ({ replicas }) => replicas > 0,
  ),
)

const dies: fc.Arbitrary<Command> = which.map((n) =>
  command(
    `replica ${n} dies`,
    async (model, { kill, replicas }) => {
      model.replicas -= 1
      await kill(n % replicas.length)
    },
    ({ replicas, broken }) => replicas > 0 && !broken.has('Slack'),
  ),
)

const hitsOf = (sandbox: Sandbox) =>
  sandbox.state('U0AGENT', { channel: 'C0SUPPORT', limit: 1 }).faults.reduce((sum, { hits }) => sum + hits, 0)

/** All die while Slack holds a page, before or after it stored it; what one of them claimed stays claimed. */
const dieWhileSending: fc.Arbitrary<Command> = fc
  .constantFrom('before' as const, 'after' as const)
  .map((when) =>
    command(
      `every replica dies in the middle of a page, ${when} Slack has it`,
      async (model, { sandbox, replicas, kill }) => {
        const fault = { on: 'chat.postMessage', times: 0, when, effect: { kind: 'hang' } } as const
        const remove = sandbox.fault(fault)
        const id = `${model.run}-${(model.thought += 1)}`
        const event = ticketEvent('ticket.escalated', { id, subject: `Broken ${id}` })
        const { body } = await sendHook(replicas[0]!.url, sandbox, event)
        model.kept.push({ ticket: id, name: String(body['escalation']) })
        await vi.waitFor(() => expect(hitsOf(sandbox)).toBeGreaterThan(0), patienceMs)
        while (replicas.length > 0) await kill(0)
        model.replicas = 0
        remove()
      },
      ({ replicas, broken }) => replicas > 0 && broken.size === 0,
    ),
  )

export function setDatabase(
  model: Model,
  { replicas, sandbox }: Fleet,
  is: 'away' | 'there',
  n?: number,
): void {
  const among = n === undefined ? replicas : replicas.slice(n % replicas.length).slice(0, 1)
  for (const { database } of among)
    if (is === 'away') database.cut()
    else database.mend()
  if (is === 'away') model.broken.add('database')
  else model.broken.delete('database')
  // Without a database no event is acknowledged: there is nothing to wait for.
  sandbox.control({ type: 'ack_ms', ms: is === 'away' ? 500 : patienceMs })
}

const databaseAway: fc.Arbitrary<Command> = fc.option(which).map((n) =>
  command(
    `${n === null ? 'every replica' : `replica ${n}`} loses its line to the database`,
    async (model, fleet) => setDatabase(model, fleet, 'away', n ?? undefined),
    ({ replicas }) => replicas > 0,
  ),
)

const databaseBack: fc.Arbitrary<Command> = fc.constant(
  command(
    'the database can be reached again',
    async (model, fleet) => setDatabase(model, fleet, 'there'),
    ({ broken }) => broken.has('database'),
  ),
)

const beyond = `email: oncall@example.com, webhook: { url: "${pagerPlace}", secret: "${secret}" }`
const usual = examplePolicy.replace('{ channel: C0ADMINS }', `{ channel: C0ADMINS, ${beyond} }`)
const edited = (from: string, to: string) => usual.replace(from, to)
export const policies = {
  usual,
  quick: edited('- { tier: frontline }', '- { tier: frontline, wait: 1m }').replace('rounds: 2', 'rounds: 1'),
  'in a channel shared with a customer': edited('channel: C0FRONT,', 'channel: C0SHARED,'),
  'that raises missed promises': edited(
    'rounds: 2',
    'missed_promise: [engineering, management]\n    rounds: 2',
  ),
  'with nobody in second line': edited('[U0ENG1, U0ENG2]', '[U0GHOST]'),
  'with tiers in one channel': edited('channel: C0ENG,', 'channel: C0FRONT,'),
}

const policyRead: fc.Arbitrary<Command> = fc
  .constantFrom(...(Object.keys(policies) as (keyof typeof policies)[]))
  .map((name) =>
    command(`the policy ${name} is read`, (model, { adopt }) => tries(model, () => adopt(policies[name]))),
  )

export const machineCommands = {
  timePasses,
  momentPasses,
  joins,
  stops,
  dies,
  dieWhileSending,
  databaseAway,
  databaseBack,
  policyRead,
}
