import type { MessageView } from '../protocol.ts'
import { h } from './dom.ts'
import { act } from './state.ts'
import { tell } from './surfaces.ts'
import { readable, written } from './writing.ts'

/** Changes one's own message, in a small dialog. */
export function editor(message: MessageView, as: string): void {
  const close = () => {
    dialog.close()
    dialog.remove()
  }
  const save = async (event: Event) => {
    event.preventDefault()
    const answer = await act({
      type: 'edit',
      as,
      channel: message.channel,
      ts: message.ts,
      text: written(text.value),
    })
    tell(answer)
    if (answer.ok) close()
  }
  const text = h('textarea', {
    class: 'field',
    rows: 4,
    'aria-label': 'Message',
    value: readable(message.text),
  })
  const dialog: HTMLDialogElement = h(
    'dialog',
    { class: 'dialog', 'aria-labelledby': 'edit-title' },
    h('h2', { id: 'edit-title' }, 'Edit message'),
    h(
      'form',
      { on: { submit: (event) => void save(event) } },
      text,
      h(
        'div',
        { class: 'dialog-foot' },
        h('button', { type: 'button', class: 'button', on: { click: close } }, 'Cancel'),
        h('button', { type: 'submit', class: 'button button-primary' }, 'Save'),
      ),
    ),
  )
  dialog.addEventListener('cancel', close)
  document.body.append(dialog)
  dialog.showModal()
}
