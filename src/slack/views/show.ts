import type { Escalation, Happened } from '../../domain/escalation.ts'
import { context, fields, message, section, when } from '../blocks.ts'
import type { Message } from '../blocks.ts'
import { actions, quoted } from '../blocks.ts'
import { link } from '../buttons.ts'
import { eventWords, toldText } from './event-words.ts'
import { fate } from './page-fate.ts'
import type { Scene } from './scene.ts'
import { headline, outlook, promiseLines, waitingWords } from './state.ts'
import { cardLink, customerOf, essence, sentences, severityMark, subjectOf, ticketLink } from './words.ts'

/** What fits into one message; the newest count most. */
const shownEntries = 60

/** One escalation and what happened to it, to the person who asked. `entries`: oldest first. */
export function show(scene: Scene, entries: readonly Happened[]): Message {
  const { escalation } = scene
  const first = `${severityMark(scene)} · *E-${escalation.id}* · ${customerOf(escalation.ticket)}`
  const state = [headline(scene), waitingWords(escalation), outlook(scene)].filter(Boolean)
  const left = entries.length - shownEntries
  const ways = [link('open_card', cardLink(scene)), link('open_ticket', escalation.ticket.url)]
  return message(sentences(essence(escalation), ...state), [
    section(`${first}\n${subjectOf(escalation.ticket)}`),
    section(`*${state.join('\n')}*`.replaceAll('\n', '*\n*')),
    description(scene),
    fields(...promiseLines(scene)),
    ...packed(
      'What happened',
      entries.slice(-shownEntries).map((entry) => row(scene, entry)),
    ),
    left > 0 ? context(`${left} earlier entries are not shown.`) : null,
    ...packed('Pages', scene.pages.slice(-15).map(fate)),
    context(...footer(escalation)),
    elementsOf(ways),
  ])
}

function footer({ ticket, policy, version }: Escalation): string[] {
  return [ticketLink(ticket), `Policy ${policy}, version ${version}`].filter((text) => text !== null)
}

function elementsOf(ways: ReturnType<typeof link>[]) {
  const elements = ways.filter((way) => way !== null)
  return elements.length > 0 ? actions(...elements) : null
}

function description({ escalation: { ticket } }: Scene) {
  const shown = quoted(ticket.description, 500)
  return shown === '> ' ? null : section(shown)
}

function row(scene: Scene, { at, event }: Happened): string {
  return `${when(at)}  ${toldText(eventWords(scene, event), 300)}`
}

/** Rows in as few sections as they fit into, under a title: a message has room for 50 blocks only. */
function packed(title: string, rows: readonly string[]) {
  const parts: string[] = []
  for (const row of rows) {
    const last = parts.at(-1)
    if (last === undefined || last.length + row.length > 2800) parts.push(row)
    else parts[parts.length - 1] = `${last}\n${row}`
  }
  return parts.map((part, index) => section(index === 0 ? `*${title}*\n${part}` : part))
}
