// What Slack would tell this person: an app that did not answer, a button that could not be worked.
import { icon } from './icons.ts'
import { byId, h, keyed } from './dom.ts'
import { act, type World } from './state.ts'

export function drawNotices(world: World): void {
  const as = world.snap.me.id
  keyed(
    byId('notices'),
    world.snap.notices.slice(-3),
    (notice) => notice.id,
    (notice) => as + notice.text,
    (notice) =>
      h(
        'div',
        { class: 'notice', role: 'alert', 'data-notice': notice.id },
        h('span', null, notice.text),
        h(
          'button',
          {
            type: 'button',
            class: 'plain icon',
            'aria-label': 'Dismiss notice',
            on: { click: () => void act({ type: 'dismiss', as, id: notice.id }) },
          },
          icon('close'),
        ),
      ),
  )
}
