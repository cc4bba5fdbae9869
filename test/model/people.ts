import * as fc from 'fast-check'
import type { FieldValue, MessageView, Sandbox } from '../../sandbox/protocol.ts'
import { buttons } from '../../sandbox/reading.ts'
import type { Fleet } from './fleet.ts'
import { command, isWell, tries, type Command, type Model } from './model.ts'
import { anybody, formOf, send, severity } from './tickets.ts'

/** Buttons that act at once. */
const immediate = [
  'Acknowledge',
  'Escalate now',
  'Release',
  'Waiting on customer',
  'Customer answered',
  'Reopen',
] as const

/** What a person fills in, by the button that opens the form. */
const forms = {
  'Hand off': anybody.map((to) => ({ 'Hand off to': to, 'What they should know': 'It is the bank.' })),
  'Update customer': fc.constant({ 'What the customer was told': 'We are on it.' }),
  Resolve: fc.constant({ 'What was found, and how it was solved': 'The bank had a fault.' }),
  'Add note': fc.constant({ Note: 'Seen before.' }),
  'Change severity': severity.map((to) => ({ Severity: to })),
}

type Wish = { label: string; filled: Record<string, FieldValue> | null }
/** `wishes`: the first of them that is offered is what they press, on the newest message that has it or an older one. */
type Press = { by: string; wishes: Wish[]; which: number }

const wish: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ label: fc.constantFrom(...immediate), filled: fc.constant(null) }) },
  ...Object.entries(forms).map(([label, filled]) => ({
    weight: 1,
    arbitrary: fc.record({ label: fc.constant(label), filled }),
  })),
)

const press: fc.Arbitrary<Press> = fc.record({
  by: anybody,
  wishes: fc.uniqueArray(wish, { selector: ({ label }) => label, minLength: 1, maxLength: 4, size: 'max' }),
  which: fc.nat(3),
})

const wordsOf = ({ wishes, which }: Press) =>
  `${wishes.map(({ label, filled }) => `${label}${filled ? JSON.stringify(filled) : ''}`).join(', or else ')} on message ${which}`

/** Messages of the run that this person sees with this button: newest first, cards and direct messages alike. */
function offered({ run }: Model, sandbox: Sandbox, by: string, label: string): MessageView[] {
  return Object.values(sandbox.state(by).messages)
    .flat()
    .filter(({ text }) => text.includes(`${run}-`))
    .filter(({ blocks }) => buttons(blocks).some((button) => button.label === label))
    .sort((a, b) => Number(b.ts) - Number(a.ts))
}

/** What they press of what they wish for, and where; null when nothing of it is offered. */
function choice(model: Model, sandbox: Sandbox, { by, wishes, which }: Press) {
  for (const wish of wishes) {
    const found = offered(model, sandbox, by, wish.label)
    const message = found[which % found.length]
    if (message) return { ...wish, message }
  }
  return null
}

type Choice = NonNullable<ReturnType<typeof choice>>

/** Somebody presses a button; a form that opens is filled in and sent. */
async function presses(model: Model, { sandbox }: Fleet, by: string, { message, label, filled }: Choice) {
  const before = notSavedTo(sandbox, by, message.channel)
  await sandbox.person(by).press(message, label)
  const form = filled && formOf(sandbox, by)
  if (form) await send(model, sandbox, by, await form.fill(filled))
  await sandbox.settled()
  if (notSavedTo(sandbox, by, message.channel) > before) throw new Error('it was not saved')
}

/** How often somebody was told that nothing was saved. */
function notSavedTo(sandbox: Sandbox, by: string, channel: string): number {
  const seen = sandbox.state(by, { channel }).messages[channel] ?? []
  return seen.filter(({ ephemeral, text }) => ephemeral && /not saved|may have been saved/i.test(text)).length
}

const acts: fc.Arbitrary<Command> = press.map((one) =>
  command(`${one.by} presses ${wordsOf(one)}`, async (model, fleet) => {
    const chosen = choice(model, fleet.sandbox, one)
    if (chosen) await tries(model, () => presses(model, fleet, one.by, chosen))
  }),
)

/** Two people at the same button of the same message. */
const actAtOnce: fc.Arbitrary<Command> = fc.tuple(press, anybody).map(([one, other]) =>
  command(`${one.by} and ${other} press ${wordsOf(one)} at once`, async (model, fleet) => {
    const chosen = choice(model, fleet.sandbox, one)
    if (!chosen || other === one.by) return
    const seen = offered(model, fleet.sandbox, other, chosen.label)
    if (!seen.some(({ ts }) => ts === chosen.message.ts)) return
    const two = [one.by, other].map((by) => presses(model, fleet, by, chosen))
    await tries(model, async () => void (await Promise.all(two)))
  }),
)

const several = fc.shuffledSubarray(['U0AGENT', 'U0FRONT1', 'U0FRONT2', 'U0FRONT3', 'U0ENG1'], {
  minLength: 3,
})

/** Several people at one message, each at another button: what one of them changes, no other may undo. */
const crowd: fc.Arbitrary<Command> = fc.tuple(several, fc.nat(3)).map(([people, which]) =>
  command(`${people.join()} press each another button of message ${which} at once`, async (model, fleet) => {
    const seenBy = (by: string) => offered(model, fleet.sandbox, by, 'Escalate now')
    const found = seenBy(people[0]!)
    const message = found[which % found.length]
    if (!message) return
    const labels = immediate.filter((label) => buttons(message.blocks).some((one) => one.label === label))
    const there = people.filter((by) => seenBy(by).some(({ ts }) => ts === message.ts))
    const all = labels
      .slice(0, there.length)
      .map((label, n) => presses(model, fleet, there[n]!, { message, label, filled: null }))
    await tries(model, async () => void (await Promise.all(all)))
  }),
)

/** Somebody writes in the thread of a card. */
const replies: fc.Arbitrary<Command> = fc.record({ by: anybody, which: fc.nat(4) }).map(({ by, which }) =>
  command(`${by} replies in thread ${which}`, async (model, { sandbox }) => {
    const found = offered(model, sandbox, by, 'Resolve')
    const card = found[which % found.length]
    if (!card) return
    const reply = { as: by, channel: card.channel, text: 'On it.', thread_ts: card.thread_ts ?? card.ts }
    const said = await sandbox.act({ type: 'post', ...reply })
    if (!said.ok && said.error !== 'not_in_channel' && isWell(model)) throw new Error(said.text)
  }),
)

const looks: fc.Arbitrary<Command> = anybody.map((by) =>
  command(`${by} opens the Home tab`, async (model, { sandbox }) => {
    const opened = await sandbox.act({ type: 'open_home', as: by })
    if (!opened.ok && isWell(model)) throw new Error(opened.text)
  }),
)

/** Who leaves is found out when the policy is read again, at the latest. */
const leaves: fc.Arbitrary<Command> = fc.constantFrom('U0FRONT2', 'U0ENG1', 'U0HEAD').map((id) =>
  command(
    `${id} leaves the workspace`,
    async (model, { sandbox }) => {
      const user = sandbox
        .state('U0AGENT', { channel: 'C0SUPPORT', limit: 1 })
        .users.find((one) => one.id === id)!
      model.left.add(id)
      sandbox.seed({ users: [{ ...user, deleted: true }] })
    },
    ({ left }) => !left.has(id),
  ),
)

export const peopleCommands = { acts, actAtOnce, crowd, replies, looks, leaves }
