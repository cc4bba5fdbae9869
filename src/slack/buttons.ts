import type { Button, Overflow } from '@slack/types'
import { z } from 'zod'
import { limits, option, overflow, pressable } from './blocks.ts'

/** What a button carries: the escalation, and the version of the last turn it shows, so that an old one can be told. */
export const Drawn = z.strictObject({ e: z.int().positive(), v: z.int().nonnegative() })
export type Drawn = z.infer<typeof Drawn>

/** Every button that acts. A listener is keyed by these names: one without a listener does not compile. */
export const buttons = {
  acknowledge: { label: 'Acknowledge', style: 'primary' },
  escalate_now: { label: 'Escalate now' },
  hand_off: { label: 'Hand off' },
  update_customer: { label: 'Update customer' },
  resolve: { label: 'Resolve' },
  reopen: { label: 'Reopen' },
  release_quarantined: { label: 'Release' },
} as const satisfies Record<string, { label: string; style?: 'primary' | 'danger' }>
export type ButtonName = keyof typeof buttons

/** Buttons that only lead somewhere. Slack reports their presses too, and wants them acknowledged. */
export const links = {
  open_ticket: { label: 'Open ticket' },
  open_card: { label: 'Open card' },
} as const satisfies Record<string, { label: string }>
export type LinkName = keyof typeof links

/** The overflow menu's own id. */
export const moreId = 'more'

/** What is behind `more`: each entry is a verb, or opens a form. */
export const entries = {
  release: { label: 'Release' },
  note: { label: 'Add note' },
  wait: { label: 'Waiting on customer' },
  resume: { label: 'Customer answered' },
  severity: { label: 'Change severity' },
} as const satisfies Record<string, { label: string }>
export type EntryName = keyof typeof entries

const entryNames = Object.keys(entries) as [EntryName, ...EntryName[]]

/** The value of an entry behind `more`. */
export const DrawnEntry = z.strictObject({ ...Drawn.shape, do: z.enum(entryNames) })
export type DrawnEntry = z.infer<typeof DrawnEntry>

/** Every form's callback id. All but `escalate` are about an escalation and carry `Drawn`. */
export type ModalName = 'escalate' | 'hand_off' | 'update_customer' | 'resolve' | 'note' | 'severity'

/** Where somebody escalated from: the channel of a command, or a message and its thread, with a link to it. */
export const Origin = z.strictObject({
  channel: z.string().max(50).optional(),
  message: z.string().max(50).optional(),
  thread: z.string().max(50).optional(),
  link: z.string().max(1000).optional(),
})
export type Origin = z.infer<typeof Origin>

/** A button about an escalation. `spoken` replaces the label for screen readers where several stand in one list. */
export function button(name: ButtonName, drawn: Drawn, spoken?: string): Button {
  const { label, style }: { label: string; style?: 'primary' | 'danger' } = buttons[name]
  return pressable(name, label, { value: JSON.stringify(Drawn.parse(drawn)) }, { style, spoken })
}

/** A button to an http(s) address; nothing when it is none, or too long for Slack. */
export function link(name: LinkName, url: string | null | undefined): Button | null {
  if (!url || url.length > limits.url || !/^https?:\/\//.test(url)) return null
  return pressable(name, links[name].label, { url })
}

/** The overflow menu. */
export function more(drawn: Drawn, names: readonly EntryName[]): Overflow {
  const options = names.map((name) =>
    option(entries[name].label, JSON.stringify({ ...Drawn.parse(drawn), do: name })),
  )
  return overflow(moreId, options)
}

/** Reads a button's value or a form's metadata. Null when it is not ours: a stranger's, or from another time. */
export function readDrawn(value: string | null | undefined): Drawn | null {
  return read(Drawn, value)
}

/** Reads the value of the chosen entry behind `more`. */
export function readEntry(value: string | null | undefined): DrawnEntry | null {
  return read(DrawnEntry, value)
}

/** Reads the `escalate` form's metadata: at worst we don't know where it came from. */
export function readOrigin(value: string | null | undefined): Origin {
  return read(Origin, value) ?? {}
}

/** The metadata of a form about an escalation. */
export function writeDrawn(drawn: Drawn): string {
  return JSON.stringify(Drawn.parse(drawn))
}

/** The metadata of the `escalate` form. */
export function writeOrigin(origin: Origin): string {
  return JSON.stringify(Origin.parse(origin))
}

function read<T>(schema: z.ZodType<T>, value: string | null | undefined): T | null {
  if (!value || value.length > limits.metadata) return null
  try {
    return schema.safeParse(JSON.parse(value)).data ?? null
  } catch {
    return null
  }
}
