import type { SectionBlock } from '@slack/types'
import { inline, message, section, when } from '../blocks.ts'
import type { Message } from '../blocks.ts'
import { listed, tierName } from './words.ts'

/** Who is on call in one rotation. `person` and `next` are display names; nobody when null. */
export type OnCallRow = {
  rotation: string
  tiers: readonly string[]
  person: string | null
  until: Date | null
  next: string | null
}

/** Who is on call now, to the person who asked. In plain text: asking is no reason to ping. */
export function onCall(rows: readonly OnCallRow[]): Message {
  if (rows.length === 0) return message(noRotations)
  return message(`On call now. ${rows.map(brief).join(' ')}`, [section('*On call now*'), ...shiftRows(rows)])
}

/** What there is to say when nobody is on call because nobody is meant to be. */
export const noRotations = 'The policy has no rotations: its tiers ask channels, people and groups directly.'

/** Each rotation on a line: who, until when, then who, and for which tiers. */
export function shiftRows(rows: readonly OnCallRow[]): SectionBlock[] {
  return inSections(rows.map(row))
}

function row(row: OnCallRow): string {
  const { rotation, tiers, person, until, next } = row
  const asked = tiers.length > 0 ? `asked as ${listed(tiers.map(tierName))}` : 'asked by no tier'
  const shift = until ? ` until ${when(until)}${next ? `, then ${inline(next, 80)}` : ''}` : ''
  return `*${inline(rotation, 60)}*: ${who(person)}${shift} (${asked})`
}

function brief({ rotation, person, until }: OnCallRow): string {
  return `${inline(rotation, 60)}: ${who(person)}${until ? ` until ${when(until)}` : ''}.`
}

function who(person: string | null): string {
  return inline(person, 80) || ':warning: nobody'
}

function inSections(lines: readonly string[]) {
  const size = 10
  const count = Math.ceil(lines.length / size)
  return Array.from({ length: count }, (_, part) =>
    section(lines.slice(part * size, (part + 1) * size).join('\n')),
  )
}
