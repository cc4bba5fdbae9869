// A small menu at a button: arrows walk, Enter chooses, Escape and a click elsewhere close.
import { h } from './dom.ts'

export interface MenuItem {
  label: string
  detail?: string | undefined
  url?: string | undefined
  danger?: boolean
  act?: () => unknown
}

let close: (() => void) | undefined

export const closeMenu = (): void => close?.()

export function openMenu(anchor: HTMLElement, items: MenuItem[], label = 'Menu'): void {
  closeMenu()
  const menu = h('div', { class: 'menu', role: 'menu', 'aria-label': label })
  menu.append(...items.map((item) => entry(item)))
  menu.addEventListener('keydown', (event) => walk(event, menu, anchor))
  // A dialog is in the top layer: the menu of one of its buttons has to be inside it.
  const layer = anchor.closest('dialog') ?? document.body
  layer.append(menu)
  place(menu, anchor)
  anchor.setAttribute('aria-expanded', 'true')
  const outside = (event: MouseEvent) => {
    if (event.target instanceof Node && !menu.contains(event.target) && !anchor.contains(event.target))
      close?.()
  }
  document.addEventListener('mousedown', outside)
  close = () => {
    document.removeEventListener('mousedown', outside)
    menu.remove()
    anchor.setAttribute('aria-expanded', 'false')
    close = undefined
  }
  entries(menu)[0]?.focus()
}

function entry(item: MenuItem): HTMLElement {
  const content = [h('span', null, item.label), item.detail && h('small', null, item.detail)]
  const props = { role: 'menuitem', tabindex: -1, class: item.danger ? 'menu-item menu-danger' : 'menu-item' }
  const choose = () => {
    closeMenu()
    item.act?.()
  }
  return item.url
    ? h(
        'a',
        { ...props, href: item.url, target: '_blank', rel: 'noopener noreferrer', on: { click: choose } },
        content,
      )
    : h('button', { ...props, type: 'button', on: { click: choose } }, content)
}

const entries = (menu: HTMLElement): HTMLElement[] => [
  ...menu.querySelectorAll<HTMLElement>('[role=menuitem]'),
]

function walk(event: KeyboardEvent, menu: HTMLElement, anchor: HTMLElement): void {
  const items = entries(menu)
  const at = items.indexOf(document.activeElement as HTMLElement)
  const step = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key]
  if (step !== undefined) {
    event.preventDefault()
    items.at(step % items.length)?.focus()
  } else if (event.key === 'Escape' || event.key === 'Tab') {
    event.preventDefault()
    event.stopPropagation()
    closeMenu()
    anchor.focus()
  }
}

function place(menu: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect()
  const { width, height } = menu.getBoundingClientRect()
  const below = at.bottom + height + 8 < window.innerHeight
  menu.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - width - 8))}px`
  menu.style.top = `${Math.max(8, below ? at.bottom + 4 : at.top - height - 4)}px`
}
