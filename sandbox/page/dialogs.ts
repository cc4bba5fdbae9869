// Questions and short news: the confirmation dialog and the toasts.
import { icon } from './icons.ts'
import type { ActResult, TextView } from '../protocol.ts'
import { h, type Child } from './dom.ts'
import { paintMrkdwn, paintPlain, type Scene } from './paint.ts'

type Confirm = NonNullable<Extract<ActResult, { ok: false }>['confirm']>

const words = (text: TextView | undefined, fallback: string): Child => paintPlain(text?.text ?? fallback)

/** Resolves with whether the person said yes. */
export function confirmDialog(confirm: Confirm, scene: Scene): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const answer = (yes: boolean) => {
    dialog.close()
    dialog.remove()
    resolve(yes)
  }
  const text =
    confirm.text?.type === 'mrkdwn'
      ? paintMrkdwn(confirm.text.text, scene)
      : words(confirm.text, 'Are you sure?')
  const style = confirm.style === 'danger' ? 'button button-danger' : 'button button-primary'
  const dialog: HTMLDialogElement = h(
    'dialog',
    {
      class: 'dialog',
      role: 'alertdialog',
      'aria-labelledby': 'confirm-title',
      'aria-describedby': 'confirm-text',
    },
    h('h2', { id: 'confirm-title' }, words(confirm.title, 'Are you sure?')),
    h('div', { id: 'confirm-text', class: 'dialog-text' }, text),
    h(
      'div',
      { class: 'dialog-foot' },
      h(
        'button',
        { type: 'button', class: 'button', on: { click: () => answer(false) } },
        words(confirm.deny, 'Cancel'),
      ),
      h(
        'button',
        { type: 'button', class: style, on: { click: () => answer(true) } },
        words(confirm.confirm, 'Yes'),
      ),
    ),
  )
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault()
    answer(false)
  })
  document.body.append(dialog)
  dialog.showModal()
  return promise
}

/** A sentence that goes away by itself, or by its button. */
export function toast(text: string, kind: 'bad' | 'good' = 'bad'): void {
  const node: HTMLElement = h(
    'div',
    { class: `toast toast-${kind}`, role: kind === 'bad' ? 'alert' : 'status' },
    h('span', null, text),
    h(
      'button',
      { type: 'button', class: 'plain', 'aria-label': 'Dismiss', on: { click: () => node.remove() } },
      icon('close'),
    ),
  )
  toasts().append(node)
  setTimeout(() => node.remove(), 8_000)
}

/** An open modal covers the page, so its toasts are inside of it. */
const toasts = (): HTMLElement => {
  const layer = document.querySelector<HTMLElement>('dialog[open]') ?? document.body
  const found = layer.querySelector<HTMLElement>(':scope > .toasts')
  if (found) return found
  const fresh = h('div', { class: 'toasts' })
  layer.append(fresh)
  return fresh
}
