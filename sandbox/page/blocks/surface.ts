import type { FieldValue, FieldValues, OptionView } from '../../protocol.ts'
import type { Scene } from '../paint.ts'

/** Where blocks are shown: what is known there, and what may be done. */
export interface Surface {
  kind: 'message' | 'modal' | 'home'
  /** Makes ids unique on the page. */
  id: string
  scene: Scene
  /** What the server knows, in Slack's `state.values` shape. */
  state: Record<string, Record<string, Record<string, unknown>>>
  /** What was typed or chosen here since; wins over the state and travels with every press and submit. */
  typed: FieldValues
  errors: Record<string, string>
  people: Choice[]
  channels: Choice[]
  press(blockId: string, actionId: string): Promise<void>
  choose(blockId: string, actionId: string, value: FieldValue): Promise<void>
  suggest(blockId: string, actionId: string, query: string): Promise<OptionView[]>
}

export interface Choice {
  id: string
  name: string
}

/** One element: its block, its own id, and how it is named. */
export interface Spot {
  surface: Surface
  blockId: string
  actionId: string
  /** Inside an input block: nothing is sent before submit, unless the block says `dispatch_action`. */
  quiet: boolean
  labelledBy?: string
  describedBy?: string
  invalid?: boolean
}

export const elementId = (spot: Spot): string =>
  `${spot.surface.id}--${spot.blockId}--${spot.actionId}`.replaceAll(/[^\w-]/g, '_')

/** What the element shows: typed here, else known to the server, else as the app first set it. */
export function current(spot: Spot, first: FieldValue): FieldValue {
  const typed = spot.surface.typed[spot.blockId]?.[spot.actionId]
  if (typed !== undefined) return typed
  const known = spot.surface.state[spot.blockId]?.[spot.actionId]
  const value = known && fieldValue(known)
  return value === undefined ? first : value
}

export function keep(spot: Spot, value: FieldValue): void {
  ;(spot.surface.typed[spot.blockId] ??= {})[spot.actionId] = value
}

/** A person changed an element: outside of input blocks the app is told at once. */
export function change(spot: Spot, value: FieldValue): void {
  keep(spot, value)
  if (!spot.quiet) void spot.surface.choose(spot.blockId, spot.actionId, value)
}

export const strings = (value: FieldValue): string[] => (Array.isArray(value) ? value : [])
export const string = (value: FieldValue): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''

/** Slack's state shape -> the value as a person means it; undefined when the state does not say. */
function fieldValue(held: Record<string, unknown>): FieldValue | undefined {
  for (const name of ['value', 'selected_user', 'selected_channel', 'selected_conversation'])
    if (name in held) return scalar(held[name])
  for (const name of ['selected_date', 'selected_time', 'selected_date_time'])
    if (name in held) return scalar(held[name])
  if ('selected_option' in held) return optionValue(held['selected_option'])
  for (const name of ['selected_users', 'selected_channels', 'selected_conversations'])
    if (Array.isArray(held[name])) return held[name].map(String)
  const options = held['selected_options']
  return Array.isArray(options) ? options.map((option) => optionValue(option) ?? '') : undefined
}

const scalar = (value: unknown): FieldValue =>
  typeof value === 'string' || typeof value === 'number' ? value : null

function optionValue(option: unknown): string | null {
  if (typeof option !== 'object' || option === null) return null
  const { value, text } = option as { value?: unknown; text?: { text?: unknown } }
  if (typeof value === 'string') return value
  return typeof text?.text === 'string' ? text.text : null
}

/** id, name and error state of an element, as attributes. */
export function labels(spot: Spot, fallback?: string): Record<string, string | undefined> {
  return {
    id: elementId(spot),
    'data-action': spot.actionId,
    'data-focus': elementId(spot),
    'aria-labelledby': spot.labelledBy,
    'aria-label': spot.labelledBy ? undefined : fallback,
    'aria-describedby': spot.describedBy,
    'aria-invalid': spot.invalid ? 'true' : undefined,
  }
}
