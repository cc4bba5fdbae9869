// Keeps the channel's composer, and changes it only when the place changes: nothing that was typed gets lost.
import { composer } from './composer.ts'
import { byId, fill, h } from './dom.ts'
import type { ChannelView } from '../protocol.ts'
import type { World } from './state.ts'

let shown = ''

let wantsFocus = false

/** The next drawing shows what was prefilled, and the caret waits at its end. */
export const redrawComposer = (): void => {
  shown = ''
  wantsFocus = true
}

export function drawWriter(channel: ChannelView | undefined, world: World): void {
  const pane = byId('writer')
  const can = channel !== undefined && channel.is_member && !channel.is_archived
  const here = `${world.snap.me.id}/${channel?.id}/${can}`
  if (here === shown) return
  shown = here
  if (can) {
    fill(pane, composer({ channel: channel.id }))
    const text = pane.querySelector('textarea')
    if (wantsFocus && text) {
      text.focus()
      text.setSelectionRange(text.value.length, text.value.length)
    }
    wantsFocus = false
    return
  }
  const why = channel?.is_archived ? 'This channel is archived.' : channel && 'You are not in this channel.'
  fill(pane, why !== undefined && h('p', { class: 'nothing' }, why))
}
