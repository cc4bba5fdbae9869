import * as fc from 'fast-check'
import type { Fault } from '../../sandbox/protocol.ts'
import type { Fleet } from './fleet.ts'
import { command, type Command, type Model } from './model.ts'

const effect: fc.Arbitrary<Fault['effect']> = fc.oneof(
  fc.constantFrom(1, 5, 30, 90).map((retry_after) => ({ kind: 'ratelimited' as const, retry_after })),
  fc.constantFrom(500, 502, 503).map((status) => ({ kind: 'status' as const, status })),
  fc
    .constantFrom('internal_error', 'fatal_error', 'service_unavailable')
    .map((error) => ({ kind: 'error' as const, error })),
  fc.constant({ kind: 'html' as const }),
  fc.constant({ kind: 'drop' as const }),
  fc.constant({ kind: 'delay' as const, ms: 40 }),
)
/** What people depend on most fails most. */
const method = fc.oneof(
  { weight: 8, arbitrary: fc.constant('chat.postMessage') },
  { weight: 2, arbitrary: fc.constantFrom('chat.update', 'conversations.open', 'users.info', 'views.open') },
  { weight: 1, arbitrary: fc.constantFrom('conversations.history', 'conversations.replies', '*') },
)

/** Slack answers badly, before or after it did what it was asked, so many times or (0) until it is mended. */
const slackFails: fc.Arbitrary<Command> = fc
  .record({
    on: method,
    times: fc.constantFrom(1, 1, 2, 4, 0),
    when: fc.constantFrom('before' as const, 'after' as const, 'after' as const),
    effect,
  })
  .map((one) => {
    // Slack limits before it does anything: whoever hears of a limit may take it for not done.
    const fault = one.effect.kind === 'ratelimited' ? { ...one, when: 'before' as const } : one
    return command(`Slack fails ${JSON.stringify(fault)}`, async (model, { breaks }) => {
      model.broken.add('Slack')
      if (/^(\*|conversations\.(history|replies))$/.test(fault.on)) model.unreadable = true
      breaks(fault)
    })
  })

const eventsFail: fc.Arbitrary<Command> = fc
  .record({ kind: fc.constantFrom('drop' as const, 'duplicate' as const), times: fc.constantFrom(1, 3, 0) })
  .map(({ kind, times }) =>
    command(`Slack's events: ${kind}, ${times} times`, async (model, { breaks }) => {
      model.broken.add('Slack')
      breaks({ on: 'event:message', times, effect: { kind } })
    }),
  )

const lags: fc.Arbitrary<Command> = fc
  .constantFrom(0, 2000, 10_000)
  .map((ms) =>
    command(`the history lags by ${ms} ms`, async (_, { sandbox }) =>
      sandbox.control({ type: 'history_lag', ms }),
    ),
  )

export function mendSlack(model: Model, { mend }: Fleet): void {
  model.broken.delete('Slack')
  mend()
}

const slackIsWell: fc.Arbitrary<Command> = fc.constant(
  command(
    'Slack is well again',
    async (model, fleet) => mendSlack(model, fleet),
    ({ broken }) => broken.has('Slack'),
  ),
)

const tokenRevoked: fc.Arbitrary<Command> = fc.constant(
  command('the token is revoked', async (model, { sandbox }) => {
    model.broken.add('Slack')
    model.unreadable = true
    sandbox.control({ type: 'revoke_tokens' })
  }),
)

const channels = ['C0FRONT', 'C0ENG', 'C0MGMT', 'C0ADMINS']
export async function setArchived(model: Model, { sandbox }: Fleet, channel: string): Promise<void> {
  const is = model.archived.has(channel)
  await sandbox.act({ type: is ? 'unarchive' : 'archive', as: 'U0ENG1', channel })
  if (is) model.archived.delete(channel)
  else model.archived.add(channel)
  if (model.archived.size > 0) model.broken.add('channels')
  else model.broken.delete('channels')
}

const archives: fc.Arbitrary<Command> = fc
  .constantFrom(...channels)
  .map((channel) =>
    command(`${channel} is archived, or is no longer`, (model, fleet) => setArchived(model, fleet, channel)),
  )

const socketsCut: fc.Arbitrary<Command> = fc.constant(
  command(
    'the sockets are cut',
    (_, { cutSockets }) => cutSockets(),
    ({ broken }) => !broken.has('Slack'),
  ),
)

export const troubleCommands = {
  slackFails,
  eventsFail,
  lags,
  slackIsWell,
  tokenRevoked,
  archives,
  socketsCut,
}
