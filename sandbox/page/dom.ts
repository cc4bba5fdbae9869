// Everything on the page is made here: elements and text nodes, never markup from data.

export type Child = Node | string | number | false | null | undefined | Child[]
type Handler<E extends Event> = (event: E) => unknown

type Listeners = {
  click?: Handler<MouseEvent>
  keydown?: Handler<KeyboardEvent>
  input?: Handler<Event>
  change?: Handler<Event>
  submit?: Handler<SubmitEvent>
  error?: Handler<Event>
  mousedown?: Handler<MouseEvent>
}

export interface Props {
  class?: string | undefined
  id?: string | undefined
  on?: Listeners
  [attribute: string]: string | number | boolean | null | undefined | Listeners
}

/** An element: attributes as given (false and undefined left out), `on` as listeners, children as text or nodes. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props?: Props | null,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props ?? {})) setProp(element, name, value)
  append(element, children)
  return element
}

function setProp(element: HTMLElement, name: string, value: Props[string]): void {
  if (value === false || value === undefined || value === null) return
  if (typeof value === 'object') {
    for (const [type, handler] of Object.entries(value))
      element.addEventListener(type, handler as EventListener)
  } else if (name === 'value' && 'value' in element) {
    element.value = String(value)
  } else if (name === 'checked' || name === 'selected' || name === 'disabled') {
    Object.assign(element, { [name]: value })
  } else {
    element.setAttribute(name, value === true ? '' : String(value))
  }
}

function append(parent: Node, children: Child[]): void {
  for (const child of children) {
    if (Array.isArray(child)) append(parent, child)
    else if (child instanceof Node) parent.appendChild(child)
    else if (child !== false && child !== null && child !== undefined)
      parent.appendChild(document.createTextNode(String(child)))
  }
}

/** Replaces what `parent` holds; the focused element with the same `data-focus` key gets the focus back. */
export function fill(parent: Element, ...children: Child[]): void {
  const focused = document.activeElement
  const key =
    focused instanceof HTMLElement && parent.contains(focused) ? focused.dataset['focus'] : undefined
  parent.replaceChildren()
  append(parent, children)
  if (key !== undefined) focusKey(parent, key)
}

/**
 * Fills anew only when the print changed: a button that is replaced between the mouse going down and up would
 * swallow the click.
 */
export function refill(parent: Element, print: string, build: () => Child): void {
  if (fills.get(parent) === print) return
  fills.set(parent, print)
  fill(parent, build())
}
const fills = new WeakMap<Element, string>()

function focusKey(parent: Element, key: string): void {
  for (const element of parent.querySelectorAll<HTMLElement>('[data-focus]'))
    if (element.dataset['focus'] === key) return element.focus({ preventScroll: true })
}

/**
 * Keeps one child per item, in order, and rebuilds only those whose print changed: a live list that neither
 * flickers nor loses the focus of a button somebody is about to press.
 */
export function keyed<T>(
  parent: Element,
  items: T[],
  key: (item: T) => string,
  print: (item: T) => string,
  build: (item: T) => HTMLElement,
): void {
  const old = new Map<string, HTMLElement>()
  for (const child of parent.children)
    if (child instanceof HTMLElement && child.dataset['key']) old.set(child.dataset['key'], child)
  let at: Element | null = parent.firstElementChild
  for (const item of items) {
    const name = key(item)
    const mark = print(item)
    let node = old.get(name)
    old.delete(name)
    if (node === undefined || prints.get(node) !== mark) {
      const fresh = build(item)
      fresh.dataset['key'] = name
      prints.set(fresh, mark)
      if (node) at = replace(node, fresh, at)
      node = fresh
    }
    if (node === at) at = node.nextElementSibling
    else parent.insertBefore(node, at)
  }
  for (const gone of old.values()) gone.remove()
  while (at) {
    const next: Element | null = at.nextElementSibling
    if (!(at instanceof HTMLElement && at.dataset['key'])) at.remove()
    at = next
  }
}
const prints = new WeakMap<HTMLElement, string>()

function replace(node: HTMLElement, fresh: HTMLElement, at: Element | null): Element | null {
  const focused = document.activeElement
  const key = focused instanceof HTMLElement && node.contains(focused) ? focused.dataset['focus'] : undefined
  node.replaceWith(fresh)
  if (key !== undefined) focusKey(fresh, key)
  return node === at ? fresh : at
}

export function byId(id: string): HTMLElement {
  const element = document.getElementById(id)
  if (!element) throw new Error(`the page has no #${id}`)
  return element
}
