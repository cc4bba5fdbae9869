// Sends a ticket event the way a ticket system does; the demo signs it. The JSON is there to be read and changed.
import { Refused, sendTicket, type DemoInfo } from './api.ts'
import { h } from './dom.ts'
import { refresh } from './state.ts'

const pretty = (value: unknown): string => JSON.stringify(value, null, 2)

let panel: HTMLElement | undefined
let builtFor = ''

/** Built once per list of samples, so that a redraw never takes away what somebody is typing. */
export function ticketsPanel(info: DemoInfo): HTMLElement {
  const print = JSON.stringify(info.samples)
  if (!panel || builtFor !== print) panel = build(info)
  builtFor = print
  return panel
}

function build({ samples }: DemoInfo): HTMLElement {
  const body = h('textarea', {
    class: 'field code',
    rows: 18,
    spellcheck: 'false',
    'aria-label': 'Ticket event',
    value: pretty(samples[0]?.body ?? {}),
  })
  const answer = h('output', { class: 'answer', 'aria-label': 'Answer', hidden: true })
  const show = (text: string, good: boolean) => {
    answer.hidden = false
    answer.className = good ? 'answer good' : 'answer bad'
    answer.textContent = text
  }
  const send = async (event: Event) => {
    event.preventDefault()
    let ticket: unknown
    try {
      ticket = JSON.parse(body.value)
    } catch (error) {
      return show(`This is not JSON: ${error instanceof Error ? error.message : ''}`, false)
    }
    try {
      const { status, answer } = await sendTicket(ticket)
      show(`${status} ${pretty(answer)}`, status < 400)
    } catch (error) {
      if (error instanceof Refused)
        show(`${error.status} ${error.data === undefined ? error.message : pretty(error.data)}`, false)
      else show('The demo did not answer', false)
    }
    return refresh()
  }
  const sample = (one: DemoInfo['samples'][number]) =>
    h(
      'button',
      { type: 'button', class: 'button', on: { click: () => (body.value = pretty(one.body)) } },
      one.name,
    )
  return h(
    'form',
    { class: 'tickets', on: { submit: (event) => void send(event) } },
    h('p', { class: 'bench-lead' }, 'What a ticket system would send. Choose a sample, change it, send it.'),
    h('div', { class: 'samples', role: 'group', 'aria-label': 'Samples' }, samples.map(sample)),
    body,
    h('button', { type: 'submit', class: 'button button-primary' }, 'Send ticket event'),
    answer,
  )
}
