import type { ActResult, FieldValue, FieldValues, Sandbox, ViewView } from './protocol.ts'
import { buttons, inputs, viewText } from './reading.ts'

/** An open modal in a person's hands. */
export interface ModalDriver {
  /** the view as it is now */
  readonly view: ViewView
  /** fills inputs by label (or block_id, action_id, placeholder); options by label or value */
  fill(values: Record<string, FieldValue>): Promise<ModalDriver>
  /** resolves when the app answered; field errors fail, or come back by block_id with `expectErrors` */
  submit(options?: { expectErrors?: boolean }): Promise<Record<string, string>>
  /** Cancel; `all` is the x */
  close(options?: { all?: boolean }): Promise<void>
  press(label: string): Promise<ActResult>
  /** label -> current value, plain: text, option value, id, or a list of them */
  values(): Record<string, FieldValue>
  /** the whole modal as text */
  text(): string
}

/** Takes hold of an open modal. */
export function openModal(sandbox: Sandbox, as: string, id: string): ModalDriver {
  let last: ViewView | undefined
  const view = (): ViewView => {
    last = sandbox.state(as).modals.find((open) => open.id === id) ?? last
    if (!last) throw new Error(`the modal ${id} is not open\n${sandbox.person(as).looks()}`)
    return last
  }
  const field = (name: string) => {
    const offered = inputs(view().blocks)
    const found =
      offered.find((one) => one.names.includes(name)) ??
      offered.find((one) => one.names.some((other) => other.toLowerCase().startsWith(name.toLowerCase())))
    if (found) return found.at
    throw new Error(
      `there is no input "${name}" (there: ${offered.map((one) => one.names[0]).join(', ')})\n${viewText(view())}`,
    )
  }
  const place = { in: 'view', view: id } as const
  view()

  const modal: ModalDriver = {
    get view() {
      return view()
    },
    fill: async (values) => {
      for (const [name, value] of Object.entries(values)) {
        const { block, element } = field(name)
        const at = { as, place, block_id: block.block_id!, action_id: element.action_id }
        if (element.type.endsWith('external_select') && value !== null)
          await sandbox.act({ type: 'suggest', ...at, query: String(value) })
        const result = await sandbox.act({ type: 'choose', ...at, value, confirmed: true })
        if (!result.ok)
          throw new Error(
            `"${name}" does not take ${JSON.stringify(value)}: ${result.text}\n${viewText(view())}`,
          )
      }
      return modal
    },
    submit: async ({ expectErrors = false } = {}) => {
      const values: FieldValues = {}
      const result = await sandbox.act({ type: 'submit', as, view: id, values })
      if (result.ok && !expectErrors) return {}
      if (!result.ok && result.errors && expectErrors) return result.errors
      const found = result.ok
        ? 'the modal was accepted'
        : `${result.error} ${JSON.stringify(result.errors ?? result.text)}`
      throw new Error(`submit: ${found}\n${viewText(view())}`)
    },
    close: async ({ all = false } = {}) => {
      await sandbox.act({ type: 'close', as, view: id, all })
    },
    press: async (label) => {
      const found = buttons(view().blocks).find((one) => one.label === label)
      if (!found) throw new Error(`there is no button "${label}"\n${viewText(view())}`)
      const { block, element, value } = found.at
      const at = { as, place, block_id: block.block_id!, action_id: element.action_id, confirmed: true }
      return await sandbox.act(
        value === undefined ? { type: 'press', ...at } : { type: 'choose', ...at, value },
      )
    },
    values: () =>
      Object.fromEntries(
        inputs(view().blocks).map(({ names, at }) => [
          names[0]!,
          plain(view().state[at.block.block_id!]?.[at.element.action_id]),
        ]),
      ),
    text: () => viewText(view()),
  }
  return modal
}

function plain(state: Record<string, unknown> | undefined): FieldValue {
  const value = Object.entries(state ?? {}).find(([key]) => key !== 'type')?.[1]
  const one = (item: unknown) => (item && typeof item === 'object' && 'value' in item ? item.value : item)
  if (Array.isArray(value)) return value.map(one) as string[]
  return (one(value) ?? null) as FieldValue
}
