import type { RichTextBlock, RichTextElement, RichTextList } from '@slack/types'
import { formatDate } from '../dates.ts'
import { h, type Child } from '../dom.ts'
import { safeUrl } from '../mrkdwn.ts'
import { link, paintEmoji, paintInline, type Scene } from '../paint.ts'
import { unknown } from './element.ts'

export function richText(block: RichTextBlock, scene: Scene): HTMLElement {
  return h(
    'div',
    { class: 'rich-text' },
    block.elements.map((element): Child => {
      switch (element.type) {
        case 'rich_text_section':
          return h('div', { class: 'lines' }, spans(element.elements, scene))
        case 'rich_text_quote':
          return h('blockquote', { class: 'quote' }, spans(element.elements, scene))
        case 'rich_text_preformatted':
          return h('pre', { class: 'pre' }, spans(element.elements, scene))
        case 'rich_text_list':
          return list(element, scene)
        default:
          return unknown(element)
      }
    }),
  )
}

function list(element: RichTextList, scene: Scene): HTMLElement {
  const indent = Math.min(8, Math.max(0, element.indent ?? 0))
  return h(
    element.style === 'ordered' ? 'ol' : 'ul',
    { class: `rich-list indent-${indent}` },
    element.elements.map((item) => h('li', null, spans(item.elements, scene))),
  )
}

const spans = (elements: RichTextElement[], scene: Scene): Child[] =>
  elements.map((element) => styled(element, span(element, scene)))

function span(element: RichTextElement, scene: Scene): Child {
  switch (element.type) {
    case 'text':
      return broken(element.text)
    case 'link': {
      const url = safeUrl(element.url)
      const text = element.text ?? element.url
      return url ? link(url, text) : text
    }
    case 'emoji':
      return paintEmoji(element.name)
    case 'user':
      return paintInline([{ kind: 'user', id: element.user_id }], scene)
    case 'channel':
      return paintInline([{ kind: 'channel', id: element.channel_id }], scene)
    case 'usergroup':
      return paintInline([{ kind: 'usergroup', id: element.usergroup_id }], scene)
    case 'broadcast':
      return paintInline([{ kind: 'broadcast', range: element.range }], scene)
    case 'date':
      return formatDate(element.timestamp, element.format, scene.at) ?? element.fallback ?? ''
    case 'color':
      return element.value
    case 'team':
      return element.team_id
    default:
      return JSON.stringify(element)
  }
}

const broken = (text: string): Child[] =>
  text.split('\n').flatMap((line, index) => (index > 0 ? [h('br'), line] : [line]))

function styled(element: RichTextElement, child: Child): Child {
  const style = element.style ?? {}
  let out = child
  if ('code' in style && style.code) out = h('code', null, out)
  if (style.strike) out = h('s', null, out)
  if (style.italic) out = h('em', null, out)
  if (style.bold) out = h('strong', null, out)
  return out
}
