import type { ModalView } from '@slack/types'
import { choice, context, input, linked, modal, said, section, textInput } from '../blocks.ts'
import type { Origin } from '../buttons.ts'
import { writeOrigin } from '../buttons.ts'
import { Reading } from './form.ts'
import type { FormValues, Read } from './form.ts'

/** What is already known of it: from the command's words, or from the message it was escalated from. */
export type Prefill = {
  customer?: string | undefined
  severity?: string | undefined
  summary?: string | undefined
  ticket?: string | undefined
  tried?: string | undefined
}

/** A filled-in form. `ticket` is a number, or a link: then the link is both, for only a link is surely one ticket's. */
export type EscalateForm = {
  customer: string
  severity: string
  summary: string
  ticket: { id: string; url: string | null } | null
  tried: string | null
}

/** As much as a ticket's number may have (see `Ticket`). */
const ticketLength = 200

/** The form that asks for a human. */
export function escalateModal(known: {
  prefill?: Prefill | undefined
  /** Most urgent first. */
  severities: readonly string[]
  /** The severity of a ticket that names none. */
  usual: string
  origin?: Origin | undefined
  /** A sentence for each input that has to be put right before it is sent. */
  errors?: Readonly<Record<string, string>> | undefined
}): ModalView {
  const { prefill = {}, severities, usual, origin = {}, errors = {} } = known
  const severity = severities.find((name) => same(name, prefill.severity)) ?? usual
  const problems = Object.values(errors).map((problem) => said(problem, 300))
  return modal(
    'escalate',
    { title: 'Escalate a ticket', submit: 'Escalate', metadata: writeOrigin(origin) },
    [
      problems.length > 0 ? section(`:warning: ${problems.join('\n')}`) : null,
      input('customer', 'Customer', textInput({ initial: prefill.customer, max: 300 })),
      input('severity', 'Severity', choice(severities, severity)),
      input('summary', 'Summary', textInput({ initial: prefill.summary, lines: 'many' }), {
        hint: 'What is wrong, for whom, since when.',
      }),
      input('ticket', 'Ticket', textInput({ initial: prefill.ticket, max: ticketLength }), {
        optional: true,
        hint: 'Its number, or a link to it.',
      }),
      input('tried', 'Already tried', textInput({ initial: prefill.tried, lines: 'many' }), {
        optional: true,
      }),
      origin.link ? context(`From ${linked(origin.link, 'this message')} and its thread`) : null,
    ],
  )
}

function same(a: string, b: string | undefined): boolean {
  return a.toLowerCase() === b?.trim().toLowerCase()
}

export function readEscalateModal(values: FormValues): Read<EscalateForm> {
  const form = new Reading(values)
  const data = {
    customer: form.required('customer', 'Name the customer.'),
    severity: form.choice('severity', 'Choose a severity.'),
    summary: form.required('summary', 'Say in a few words what is wrong.'),
    ticket: readTicket(form),
    tried: form.text('tried'),
  }
  return form.done(data)
}

function readTicket(form: Reading): EscalateForm['ticket'] {
  const id = form.text('ticket')
  if (id && id.length > ticketLength)
    form.refuse('ticket', `At most ${ticketLength} characters: give its number instead.`)
  return id === null ? null : { id, url: /^https?:\/\/\S+$/.test(id) && URL.canParse(id) ? id : null }
}
