// A face without a picture: initials on a colour that stays with the id.
import type { UserView } from '../protocol.ts'
import { h } from './dom.ts'
import { current, nameOf } from './state.ts'

const HUES = 8

function initials(name: string): string {
  const words = name
    .replaceAll(/[^\p{L}\p{N} ]/gu, ' ')
    .split(/\s+/)
    .filter(Boolean)
  const [first = '?', ...rest] = words
  return (first.slice(0, 1) + (rest.at(-1)?.slice(0, 1) ?? first.slice(1, 2))).toUpperCase()
}

/** People that stand beside each other never share a colour. */
const hue = (id: string): number =>
  Math.max(0, current()?.snap.users.findIndex((user) => user.id === id) ?? 0) % HUES

export function avatar(id: string, name: string, bot = false, size = ''): HTMLElement {
  const look = `avatar ${size} ${bot ? 'avatar-bot' : `hue-${hue(id)}`}`
  return h('span', { class: look, 'aria-hidden': 'true' }, initials(name))
}

export const faceOf = (user: UserView, size = ''): HTMLElement =>
  avatar(user.id, nameOf(user), user.is_bot, size)
