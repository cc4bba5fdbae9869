/** A person in the workspace, for tests that tell a story. Written in full with the driver; the shape is fixed here. */
import type { ActResult, FieldValue, LedgerEntry, MessageView, ViewView } from './protocol.ts'

export interface Person {
  readonly id: string
  /** runs `/command text` in a channel (id or `#name`); fails when the app does not answer */
  command(command: string, channel: string, text?: string): Promise<void>
  says(
    channel: string,
    text: string,
    options?: { thread?: MessageView | string; broadcast?: boolean },
  ): Promise<MessageView>
  /** waits for a message whose text or blocks match; newest first. `channel` `'dm'` is the DM with the app */
  sees(
    channel: string,
    what: RegExp | string,
    options?: { timeoutMs?: number; thread?: MessageView | string },
  ): Promise<MessageView>
  /** waits for an ephemeral message to this person */
  seesOnly(channel: string, what?: RegExp | string): Promise<MessageView>
  /** presses a button (or picks an overflow entry) by its label on a message or the App Home; confirms dialogs */
  press(on: MessageView | ViewView, label: string): Promise<ActResult>
  /** chooses in a select, radio, checkbox or picker of a message, by its placeholder, label or action_id */
  choose(on: MessageView, field: string, value: FieldValue): Promise<ActResult>
  /** runs a message shortcut by its name or callback id */
  shortcut(name: string, on?: MessageView): Promise<void>
  /** waits for an open modal (with this title) */
  modal(title?: string | RegExp): Promise<ModalDriver>
  /** opens the App Home and waits for it to be published */
  home(): Promise<ViewView>
  /** the message as it is now */
  again(message: MessageView): MessageView
  /** what lit up this person's phone */
  notified(): LedgerEntry[]
  /** everything this person can see, as text, for failures and curiosity */
  looks(): string
}

export interface ModalDriver {
  readonly view: ViewView
  /** fills inputs by label (or block_id); options by label or value */
  fill(values: Record<string, FieldValue>): Promise<ModalDriver>
  /** resolves when the app answered; with field errors it fails unless `expectErrors` */
  submit(options?: { expectErrors?: boolean }): Promise<Record<string, string>>
  close(): Promise<void>
  press(label: string): Promise<ActResult>
  /** label -> current value */
  values(): Record<string, unknown>
  /** the whole modal as text */
  text(): string
}
