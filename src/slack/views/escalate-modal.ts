import type { ModalView } from '@slack/types'
import { modal } from '../blocks.ts'
import type { Origin } from '../buttons.ts'
import { writeOrigin } from '../buttons.ts'
import type { FormValues, Read } from './form.ts'

/** What is already known of it: from the command's words, or from the message it was escalated from. */
export type Prefill = {
  customer?: string
  severity?: string
  summary?: string
  ticket?: string
  tried?: string
}

/** A filled-in form. `ticket` is a number, or a link: then the link is both, for only a link is surely one ticket's. */
export type EscalateForm = {
  customer: string
  severity: string
  summary: string
  ticket: { id: string; url: string | null } | null
  tried: string | null
}

export function escalateModal(known: {
  prefill?: Prefill
  /** Most urgent first. */
  severities: readonly string[]
  /** The severity of a ticket that names none. */
  usual: string
  origin?: Origin
  /** A sentence for each input that has to be put right. */
  errors?: Record<string, string>
}): ModalView {
  return modal(
    'escalate',
    { title: 'Escalate a ticket', submit: 'Escalate', metadata: writeOrigin(known.origin ?? {}) },
    [],
  )
}

export function readEscalateModal(values: FormValues): Read<EscalateForm> {
  return { ok: false, errors: Object.fromEntries(Object.keys(values).map((key) => [key, ''])) }
}
