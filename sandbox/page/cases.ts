// What the messages tell about the escalations, without asking the app: the story is checked off by what can be seen.
import type { Block, LedgerEntry, MessageView } from '../protocol.ts'

const NUMBER = /\bE-\d+\b/g

export const casesIn = (text: string): string[] => [...new Set(text.match(NUMBER) ?? [])]

/** Escalations that somebody was paged for. */
export const pagedCases = (ledger: LedgerEntry[]): string[] => [
  ...new Set(ledger.flatMap((entry) => casesIn(entry.text))),
]

/** Whether the page of one escalation went to a second channel (direct messages do not count). */
export function climbed(ledger: LedgerEntry[]): boolean {
  const rooms = new Map<string, Set<string>>()
  for (const entry of ledger) {
    if (entry.reason === 'dm' || entry.reason === 'thread') continue
    for (const name of casesIn(entry.text)) rooms.set(name, (rooms.get(name) ?? new Set()).add(entry.channel))
  }
  return [...rooms.values()].some((channels) => channels.size > 1)
}

/** The labels of a message's buttons. */
export function buttonsOf(blocks: Block[]): string[] {
  const labels: string[] = []
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk)
    if (typeof value !== 'object' || value === null) return
    const { type, text } = value as { type?: unknown; text?: { text?: unknown } }
    if (type === 'button' && typeof text?.text === 'string') labels.push(text.text)
    Object.values(value).forEach(walk)
  }
  walk(blocks)
  return labels
}

export interface Progress {
  acknowledged: boolean
  resolved: boolean
}

/** A card offers what its state allows: no Acknowledge once it is taken, only Reopen once it is resolved. */
export function progressOf(messages: MessageView[]): Progress {
  const cards = messages
    .filter(
      (message) =>
        message.bot_id !== undefined && casesIn(message.text + JSON.stringify(message.blocks)).length > 0,
    )
    .map((message) => buttonsOf(message.blocks))
    .filter((buttons) => buttons.length > 0)
  const has = (buttons: string[], verb: string) => buttons.some((label) => label.includes(verb))
  const resolved = cards.some((buttons) => has(buttons, 'Reopen') && !has(buttons, 'Resolve'))
  const taken = cards.some((buttons) => has(buttons, 'Resolve') && !has(buttons, 'Acknowledge'))
  return { acknowledged: taken || resolved, resolved }
}
