// The stack of modals: the last one is on top and usable. A native dialog keeps the focus inside.
import { icon } from './icons.ts'
import type { ViewView } from '../protocol.ts'
import { paintBlocks } from './blocks/index.ts'
import { fill, h, type Child } from './dom.ts'
import { closeMenu } from './menu.ts'
import { paintPlain } from './paint.ts'
import { act, current, type World } from './state.ts'
import { forget, surfaceOf, tell, valuesOn } from './surfaces.ts'

let dialog: HTMLDialogElement | undefined
let shownId = ''
let drawn = ''
/** Where the focus was before the first modal. */
let from: Element | null = null

export function drawModal(world: World): void {
  const { modals } = world.snap
  const view = modals.at(-1)
  if (!view) return shut()
  const print = JSON.stringify([world.snap.me.id, modals.length, view])
  if (dialog && shownId === view.id && print === drawn) return
  if (!dialog) open()
  const fresh = shownId !== view.id
  shownId = view.id
  drawn = print
  if (dialog) draw(dialog, view, modals.length, fresh, world)
}

function open(): void {
  closeMenu()
  from = document.activeElement
  dialog = h('dialog', { class: 'modal', tabindex: -1, 'aria-labelledby': 'modal-title' })
  // Escape closes the way the Cancel button does: the app hears of it.
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.preventDefault()
    close(false)
  })
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault()
    close(false)
  })
  document.body.append(dialog)
  dialog.showModal()
}

function shut(): void {
  if (!dialog) return
  forget(`v-${shownId}`)
  dialog.close()
  dialog.remove()
  dialog = undefined
  shownId = ''
  if (from instanceof HTMLElement && from.isConnected) from.focus()
}

function close(all: boolean): void {
  const me = current()?.snap.me.id
  if (me !== undefined) void act({ type: 'close', as: me, view: shownId, ...(all ? { all } : {}) }).then(tell)
}

function draw(dialog: HTMLDialogElement, view: ViewView, depth: number, fresh: boolean, world: World): void {
  const id = `v-${view.id}`
  const surface = surfaceOf(
    {
      id,
      kind: 'modal',
      place: { in: 'view', view: view.id },
      blocks: view.blocks,
      state: view.state,
      errors: view.errors,
    },
    world,
  )
  const submit = async (event: Event) => {
    event.preventDefault()
    if (dialog.ariaBusy === 'true') return
    dialog.ariaBusy = 'true'
    const answer = await act({
      type: 'submit',
      as: world.snap.me.id,
      view: view.id,
      values: valuesOn(id, view.blocks),
    })
    dialog.ariaBusy = null
    if (!answer.ok && answer.error !== 'field_errors') tell(answer)
    dialog.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  }
  const scroll = dialog.querySelector('.modal-body')?.scrollTop ?? 0
  const body = h(
    'div',
    { class: 'modal-body' },
    view.error !== undefined && wrong(view.error),
    paintBlocks(view.blocks, surface),
  )
  const asked = view.blocks.some((block) => block.type === 'input')
  fill(
    dialog,
    h(
      'form',
      {
        class: 'modal-form',
        novalidate: true,
        'data-view': view.id,
        'data-callback': view.callback_id,
        on: { submit: (event) => void submit(event) },
      },
      head(view, depth),
      body,
      foot(view, asked, world),
    ),
  )
  dialog.dataset['depth'] = String(depth)
  if (!fresh) body.scrollTop = scroll
  else (firstField(body, view) ?? dialog).focus()
}

const wrong = (text: string): HTMLElement => h('div', { class: 'modal-error', role: 'alert' }, text)

function head(view: ViewView, depth: number): HTMLElement {
  return h(
    'header',
    { class: 'modal-head' },
    depth > 1 && h('span', { class: 'tag' }, `${depth - 1} below`),
    h('h2', { id: 'modal-title' }, paintPlain(view.title?.text ?? '')),
    h(
      'button',
      { type: 'button', class: 'plain icon', 'aria-label': 'Close', on: { click: () => close(true) } },
      icon('close'),
    ),
  )
}

function foot(view: ViewView, asked: boolean, world: World): Child {
  const app = world.snap.apps.find((app) => app.id === view.app_id)
  const label = (text: { text: string } | undefined, fallback: string) => paintPlain(text?.text ?? fallback)
  return h(
    'footer',
    { class: 'modal-foot' },
    h('small', null, app?.name ?? ''),
    h(
      'button',
      { type: 'button', class: 'button', on: { click: () => close(false) } },
      label(view.close, 'Cancel'),
    ),
    (asked || view.submit) &&
      h(
        'button',
        { type: 'submit', class: 'button button-primary', 'aria-busy': view.busy ? 'true' : undefined },
        label(view.submit, 'Submit'),
      ),
  )
}

/** The element that asks for the focus, else the first one that can have it. */
function firstField(body: HTMLElement, view: ViewView): HTMLElement | null {
  const wants = view.blocks.find(
    (block) => (block['element'] as { focus_on_load?: boolean } | undefined)?.focus_on_load,
  )
  const asked =
    wants &&
    body.querySelector<HTMLElement>(`[data-block="${CSS.escape(wants.block_id ?? '')}"] [data-focus]`)
  return asked ?? body.querySelector<HTMLElement>('input, select, textarea')
}
