import * as fc from 'fast-check'
import type { TicketEventType } from '#domain/ticket.ts'
import type { Sandbox } from '../../sandbox/protocol.ts'
import { openModal, type ModalDriver } from '../../sandbox/modal-driver.ts'
import { ticketEvent } from '../support/tickets.ts'
import { sendHook } from '../support/world.ts'
import type { Fleet } from './fleet.ts'
import { command, isWell, tries, type Command, type Model } from './model.ts'

export const severity = fc.constantFrom('critical', 'high', 'normal', 'low')
const plan = fc.constantFrom('enterprise', 'free')
/** Everybody in the workspace, and a guest of another one, who may see and not act. */
export const anybody = fc.constantFrom(
  'U0AGENT',
  'U0FRONT1',
  'U0FRONT2',
  'U0FRONT3',
  'U0ENG1',
  'U0ENG2',
  'U0HEAD',
  'U0GUEST',
)

type Told = { type: TicketEventType; ticket: { id: string; subject: string }; id: string; replica: number }

/** A ticket system sends again what was answered with 503, so many times in all. */
const sendings = 3

/** Sends it to one of those that are there; what was promised with 2xx is remembered. */
async function tell(model: Model, { replicas, sandbox }: Fleet, told: Told): Promise<unknown> {
  const to = replicas[told.replica % replicas.length]
  if (!to) return null
  const event = ticketEvent(told.type, { ...told.ticket })
  const send = () => sendHook(to.url, sandbox, event, { id: told.id })
  let answer = await send()
  for (let sent = 1; sent < sendings && answer.status === 503; sent += 1) answer = await send()
  const { status, body } = answer
  if (status >= 300) throw new Error(`the hook answered ${status}: ${JSON.stringify(body)}`)
  const { escalation: name } = body
  if (typeof name === 'string') model.kept.push({ ticket: told.ticket.id, name })
  return body['result']
}

const isThere = ({ replicas }: Readonly<Model>) => replicas > 0

/** A ticket system asks for a human; `times` it is told so under one id, at once and perhaps by two doors. */
const escalates: fc.Arbitrary<Command> = fc
  .record({ severity, plan, times: fc.constantFrom(1, 1, 1, 2, 3), replica: fc.nat(2) })
  .map(({ times, replica, ...about }) =>
    command(
      `a new ticket ${JSON.stringify(about)}, told ${times} times from door ${replica} on`,
      async (model, fleet) => {
        const id = `${model.run}-${(model.thought += 1)}`
        const { severity, plan } = about
        const ticket = { id, subject: `Broken ${id}`, severity, customer: { name: 'Acme GmbH', plan } }
        const one = { type: 'ticket.escalated', ticket, id: `new-${id}` } as const
        const all = Array.from({ length: times }, (_, n) =>
          tell(model, fleet, { ...one, replica: replica + n }),
        )
        await tries(model, async () => {
          const results = await Promise.all(all)
          const fresh = results.filter((result) => result !== 'duplicate')
          if (fresh.length !== 1) throw new Error(`told ${times} times, it was answered ${results.join()}`)
        })
      },
      isThere,
    ),
  )

const eventTypes = [
  'ticket.escalated',
  'ticket.updated',
  'ticket.replied',
  'ticket.waiting',
  'ticket.solved',
  'ticket.reopened',
] as const
let events = 0

/** News of one of the run's tickets. */
const goesOn: fc.Arbitrary<Command> = fc
  .record({ type: fc.constantFrom(...eventTypes), which: fc.nat(9), severity, replica: fc.nat(2) })
  .map(({ type, which, severity, replica }) =>
    command(
      `${type} (${severity}) of ticket ${which}`,
      async (model, fleet) => {
        const id = `${model.run}-${1 + (which % model.thought)}`
        const ticket = { id, subject: `Broken ${id}`, severity }
        await tries(model, () => tell(model, fleet, { type, ticket, id: `on-${(events += 1)}`, replica }))
      },
      (model) => model.thought > 0 && isThere(model),
    ),
  )

/** A person types the command and sends the form; some give the number of a ticket that is known already. */
const escalateByHand: fc.Arbitrary<Command> = fc
  .record({ by: anybody, severity, number: fc.option(fc.nat(5)), twice: fc.boolean() })
  .map(({ by, severity, number, twice }) =>
    command(`${by} escalates ${severity} ${number ?? ''}${twice ? ', clicking twice' : ''}`, (model, fleet) =>
      tries(model, async () => {
        const { sandbox } = fleet
        const channel = by === 'U0GUEST' ? 'C0SHARED' : 'C0SUPPORT'
        const subject = `By hand ${model.run}-${(model.thought += 1)}`
        await sandbox.person(by).command('/escalate', channel)
        const form = formOf(sandbox, by)
        if (!form) return
        const ticket = number === null ? {} : { Ticket: `${model.run}-slack-${number}` }
        await form.fill({ Customer: 'Small shop', Severity: severity, Summary: subject, ...ticket })
        const sends = Array.from({ length: twice ? 2 : 1 }, () => send(model, sandbox, by, form))
        const sent = await Promise.all(sends)
        if (sent.includes('taken'))
          model.kept.push({ ticket: number === null ? subject : ticket.Ticket!, name: null })
      }),
    ),
  )

/** The form that is open in front of somebody. */
export function formOf(sandbox: Sandbox, by: string): ModalDriver | null {
  const view = sandbox.state(by, { channel: 'C0SUPPORT', limit: 1 }).modals.at(-1)
  return view ? openModal(sandbox, by, view.id) : null
}

/** Sends a form. It is taken, or refused in words; then the person gives up. */
export async function send(
  model: Model,
  sandbox: Sandbox,
  by: string,
  form: ModalDriver,
): Promise<'taken' | 'refused' | 'failed'> {
  const view = form.view.id
  const sent = await sandbox.act({ type: 'submit', as: by, view })
  if (sent.ok) return 'taken'
  await sandbox.act({ type: 'close', as: by, view, all: true })
  if (sent.errors || sent.error === 'not_found') return 'refused'
  if (isWell(model)) throw new Error(`the form was not answered: ${sent.error} ${sent.text}`)
  return 'failed'
}

export const ticketCommands = { escalates, goesOn, escalateByHand }
