import { type ModalDriver, openModal } from './modal-driver.ts'
import type {
  Act,
  ActResult,
  FieldValue,
  LedgerEntry,
  MessageView,
  Sandbox,
  Snapshot,
  ViewView,
} from './protocol.ts'
import { buttons, describe, inputs, textOf, viewText } from './reading.ts'

type Thread = { thread?: MessageView | string }
type Plain<T> = T extends unknown ? Omit<T, 'as'> : never

/** A person in the workspace, for tests that tell a story. Channels are named by id or `#name`; `'dm'` is the DM with
 * the app. Whatever a person waits for comes by itself or fails with what the person saw instead. */
export interface Person {
  readonly id: string
  /** runs `/command text` in a channel; fails when the app does not answer in time */
  command(command: string, channel: string, text?: string): Promise<void>
  says(channel: string, text: string, options?: Thread & { broadcast?: boolean }): Promise<MessageView>
  /** waits for a message (newest first, ephemeral ones and thread replies too) whose text or blocks match */
  sees(
    channel: string,
    what: RegExp | string,
    options?: Thread & { timeoutMs?: number },
  ): Promise<MessageView>
  /** waits for an ephemeral message to this person */
  seesOnly(channel: string, what?: RegExp | string): Promise<MessageView>
  /** presses a button (or picks an overflow entry) by its label, on a message as it is now or the App Home; says yes to
   * confirm dialogs */
  press(on: MessageView | ViewView, label: string): Promise<ActResult>
  /** chooses in a select, radio, checkbox or picker by its label, placeholder or action_id */
  choose(on: MessageView | ViewView, field: string, value: FieldValue): Promise<ActResult>
  /** runs a shortcut by its name or callback id: a message shortcut with `on`, a global one without */
  shortcut(name: string, on?: MessageView): Promise<void>
  /** waits for an open modal (with this title) */
  modal(title?: string | RegExp): Promise<ModalDriver>
  /** opens the App Home and waits until it is there (and matches) */
  home(what?: RegExp | string): Promise<ViewView>
  /** the message as it is now */
  again(message: MessageView): MessageView
  /** what lit up this person's phone */
  notified(): LedgerEntry[]
  /** does anything else */
  act(act: Plain<Act>): Promise<ActResult>
  /** everything this person can see, as text */
  looks(): string
}

/** Somebody to act as. */
export function person(sandbox: Sandbox, id: string): Person {
  const state = (): Snapshot => sandbox.state(id)
  const act = (plain: Plain<Act>) => sandbox.act({ ...plain, as: id })
  const must = async (plain: Plain<Act>): Promise<Extract<ActResult, { ok: true }>> => {
    const result = await act(plain)
    if (!result.ok) throw new Error(`${plain.type}: ${result.error}: ${result.text}\n${describe(state())}`)
    return result
  }
  const channelId = (name: string, seen: Snapshot): string => {
    const wanted = name.replace(/^#/, '')
    const isDm = name === 'dm'
    const found = seen.channels.find((channel) =>
      isDm
        ? channel.kind === 'im' && channel.members.includes(sandbox.botUserId)
        : channel.id === wanted || channel.name === wanted,
    )
    return found?.id ?? (isDm ? '' : wanted)
  }
  const inChannel = (name: string): MessageView[] => {
    const seen = state()
    return seen.messages[channelId(name, seen)] ?? []
  }
  const wait = async <T>(look: () => T | undefined, what: string, timeoutMs?: number) =>
    await sandbox.until(look, () => `${what}\n${describe(state())}`, timeoutMs)

  const me: Person = {
    id,
    act,
    command: async (command, channel, text = '') => {
      await must({ type: 'command', channel: channelId(channel, state()), text: `${command} ${text}`.trim() })
    },
    says: async (channel, text, options = {}) => {
      const thread = tsOf(options.thread)
      const posted = await must({
        type: 'post',
        channel: channelId(channel, state()),
        text,
        ...(thread !== undefined && { thread_ts: thread, broadcast: options.broadcast ?? false }),
      })
      return inChannel(posted.channel!).find((message) => message.ts === posted.ts)!
    },
    sees: async (channel, what, options = {}) => {
      const thread = tsOf(options.thread)
      return await wait(
        () =>
          inChannel(channel).findLast(
            (message) =>
              matches(textOf(message), what) && (thread === undefined || message.thread_ts === thread),
          ),
        `a message ${what} in ${channel}`,
        options.timeoutMs,
      )
    },
    seesOnly: async (channel, what = /(?:)/) =>
      await wait(
        () => inChannel(channel).findLast((message) => message.ephemeral && matches(textOf(message), what)),
        `an ephemeral message ${what} in ${channel}`,
      ),
    press: async (on, label) => {
      const now = isView(on) ? freshView(state(), on) : me.again(on)
      const offered = buttons(now.blocks)
      const found =
        offered.find((one) => one.label === label) ?? only(offered.filter((one) => one.label.includes(label)))
      if (!found) {
        const there = offered.map((one) => one.label).join(', ') || 'none'
        throw new Error(`there is no button "${label}" (there: ${there})\n${describe(state())}`)
      }
      const { block, element, value } = found.at
      const where = {
        place: placeOf(now),
        block_id: block.block_id!,
        action_id: element.action_id,
        confirmed: true,
      }
      return await must(
        value === undefined ? { type: 'press', ...where } : { type: 'choose', ...where, value },
      )
    },
    choose: async (on, field, value) => {
      const now = isView(on) ? freshView(state(), on) : me.again(on)
      const offered = inputs(now.blocks)
      const found = offered.find((one) => one.names.includes(field))
      if (!found)
        throw new Error(
          `there is no field "${field}" (there: ${offered.map((one) => one.names[0]).join(', ')})`,
        )
      const { block, element } = found.at
      const at = { place: placeOf(now), block_id: block.block_id!, action_id: element.action_id }
      return await must({ type: 'choose', ...at, value, confirmed: true })
    },
    shortcut: async (name, on) => {
      const shortcuts = state().apps.flatMap((app) => app.shortcuts)
      const type = on ? 'message' : 'global'
      const known = shortcuts.find(
        (one) => one.type === type && (one.callback_id === name || one.name === name),
      )
      const callback_id = known?.callback_id ?? name
      if (on) await must({ type: 'message_shortcut', channel: on.channel, ts: on.ts, callback_id })
      else await must({ type: 'global_shortcut', callback_id })
    },
    modal: async (title) => {
      const view = await wait(
        () => {
          const top = state().modals.at(-1)
          return top && !top.busy && (title === undefined || matches(top.title?.text ?? '', title))
            ? top
            : undefined
        },
        `a modal${title === undefined ? '' : ` ${title}`}`,
      )
      return openModal(sandbox, id, view.id)
    },
    home: async (what = /(?:)/) => {
      await must({ type: 'open_home' })
      return await wait(
        () => Object.values(state().homes).find((view) => matches(viewText(view), what)),
        `the App Home ${what}`,
      )
    },
    again: (message) => {
      const { messages } = sandbox.state(id, { channel: message.channel, limit: Infinity })
      const now = messages[message.channel]?.find((other) => other.ts === message.ts)
      if (!now) throw new Error(`the message ${message.ts} is gone\n${describe(state())}`)
      return now
    },
    notified: () => sandbox.ledger({ user: id }),
    looks: () => describe(state()),
  }
  return me
}

function matches(text: string, what: RegExp | string): boolean {
  return typeof what === 'string'
    ? text.includes(what)
    : new RegExp(what.source, what.flags.replace('g', '')).test(text)
}

function tsOf(thread: MessageView | string | undefined): string | undefined {
  return typeof thread === 'object' ? (thread.thread_ts ?? thread.ts) : thread
}

function isView(on: MessageView | ViewView): on is ViewView {
  return 'hash' in on
}

function freshView(seen: Snapshot, view: ViewView): ViewView {
  return [...seen.modals, ...Object.values(seen.homes)].find((other) => other.id === view.id) ?? view
}

function placeOf(on: MessageView | ViewView) {
  if (isView(on)) return { in: 'view' as const, view: on.id }
  return { in: 'message' as const, channel: on.channel, ts: on.ts }
}

function only<T>(list: T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined
}
