// Where people write. Enter sends, Shift+Enter breaks the line, "/" and "@" offer what they know.
import { icon } from './icons.ts'
import { h } from './dom.ts'
import { act, channelOf, channelTitle, current } from './state.ts'
import { offersFor, type Offer, type Offers } from './suggest.ts'
import { isNoticed } from './surfaces.ts'
import { written } from './writing.ts'

interface Where {
  channel: string
  thread?: string
}

/** Half-written messages, by person and place. */
const drafts = new Map<string, string>()
const draftKey = (where: Where): string => `${current()?.snap.me.id}/${where.channel}/${where.thread ?? ''}`

export const prefill = (me: string, channel: string, text: string): Map<string, string> =>
  drafts.set(`${me}/${channel}/`, text)

let count = 0

export function composer(where: Where): HTMLElement {
  const id = `composer-${(count += 1)}`
  const key = draftKey(where)
  const list = h('div', {
    class: 'offers',
    role: 'listbox',
    id: `${id}-offers`,
    'aria-label': 'Suggestions',
    hidden: true,
  })
  const problem = h('div', { class: 'composer-problem', role: 'alert', hidden: true })
  const also = h('input', { type: 'checkbox' })
  const text = h('textarea', {
    class: 'composer-text',
    rows: 1,
    role: 'combobox',
    'aria-label': where.thread === undefined ? `Message ${placeName()}` : 'Reply in thread',
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': list.id,
    placeholder: where.thread === undefined ? `Message ${placeName()}` : 'Reply…',
    value: drafts.get(key) ?? '',
  })
  const offers = offering(text, list)
  const send = async () => {
    const said = text.value.trim()
    if (said === '' || text.readOnly) return
    text.readOnly = true
    const answer = await post(where, said, also.checked)
    text.readOnly = false
    problem.hidden = answer.ok || isNoticed(answer.text)
    if (!answer.ok) {
      problem.textContent = answer.text || answer.error
      return
    }
    text.value = ''
    drafts.delete(key)
    also.checked = false
    grow(text)
  }
  text.addEventListener('input', () => {
    drafts.set(key, text.value)
    problem.hidden = true
    grow(text)
    offers.look()
  })
  text.addEventListener('keydown', (event) => {
    if (event.isComposing || offers.key(event)) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      void send()
    }
  })
  text.addEventListener('blur', offers.close)
  return h(
    'form',
    { class: 'composer', on: { submit: (event) => (event.preventDefault(), void send()) } },
    problem,
    list,
    h(
      'div',
      { class: 'composer-box' },
      text,
      h('button', { type: 'submit', class: 'composer-send', 'aria-label': 'Send' }, icon('send')),
    ),
    where.thread === undefined
      ? h(
          'div',
          { class: 'composer-hint', 'aria-hidden': 'true' },
          h('kbd', null, '/'),
          ' commands  ',
          h('kbd', null, '@'),
          ' people  ',
          h('kbd', null, '⇧ Enter'),
          ' new line',
        )
      : h('label', { class: 'composer-also' }, also, ` Also send to ${placeName()}`),
  )
}

function post(where: Where, text: string, broadcast: boolean) {
  const as = current()?.snap.me.id ?? ''
  const { channel, thread } = where
  if (text.startsWith('/') && thread === undefined) return act({ type: 'command', as, channel, text })
  const reply = thread === undefined ? {} : { thread_ts: thread, broadcast }
  return act({ type: 'post', as, channel, text: written(text), ...reply })
}

function placeName(): string {
  const world = current()
  const channel = world && channelOf(world)
  if (!world || !channel) return ''
  const title = channelTitle(channel, world)
  return channel.kind === 'channel' || channel.kind === 'private' ? `#${title}` : title
}

function grow(text: HTMLTextAreaElement): void {
  text.style.height = 'auto'
  text.style.height = `${Math.min(200, text.scrollHeight)}px`
}

/** The list over the composer: arrows choose, Enter or Tab takes, Escape closes. */
function offering(text: HTMLTextAreaElement, list: HTMLElement) {
  let offers: Offers = { from: 0, list: [] }
  let at = 0
  const close = () => {
    list.hidden = true
    text.setAttribute('aria-expanded', 'false')
    text.removeAttribute('aria-activedescendant')
  }
  const take = (offer: Offer) => {
    const rest = text.value.slice(text.selectionEnd)
    text.value = text.value.slice(0, offers.from) + offer.insert + rest
    const caret = offers.from + offer.insert.length
    text.setSelectionRange(caret, caret)
    close()
    text.focus()
    text.dispatchEvent(new Event('input'))
    offer.run?.()
  }
  const draw = () => {
    list.replaceChildren(
      ...offers.list.map((offer, index) => entry(offer, index === at, `${list.id}-${index}`, take)),
    )
    list.hidden = offers.list.length === 0
    text.setAttribute('aria-expanded', String(!list.hidden))
    if (!list.hidden) text.setAttribute('aria-activedescendant', `${list.id}-${at}`)
    list.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }
  const look = () => {
    offers = offersFor(text.value, text.selectionEnd)
    at = 0
    draw()
    if (list.hidden) close()
  }
  const key = (event: KeyboardEvent): boolean => {
    if (list.hidden) return false
    const offer = offers.list[at]
    if (event.key === 'ArrowDown') at = (at + 1) % offers.list.length
    else if (event.key === 'ArrowUp') at = (at - 1 + offers.list.length) % offers.list.length
    else if (event.key === 'Escape') close()
    else if (event.key === 'Tab' || event.key === 'Enter') {
      // A command that is typed in full is sent, not completed.
      if (!offer || (event.key === 'Enter' && text.value.trim() === offer.insert.trim())) {
        close()
        return false
      }
      take(offer)
    } else return false
    event.preventDefault()
    if (!list.hidden) draw()
    return true
  }
  return { look, key, close }
}

function entry(offer: Offer, chosen: boolean, id: string, take: (offer: Offer) => void): HTMLElement {
  return h(
    'div',
    {
      id,
      role: 'option',
      class: 'offer',
      'aria-selected': String(chosen),
      // not click: the composer would lose the focus first
      on: { mousedown: (event) => (event.preventDefault(), take(offer)) },
    },
    h('strong', null, offer.name),
    offer.hint !== '' && h('code', null, offer.hint),
    h('small', null, offer.detail),
  )
}
