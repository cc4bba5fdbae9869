// An app's Home tab.
import { paintBlocks } from './blocks/index.ts'
import { byId, fill, h } from './dom.ts'
import { act, type World } from './state.ts'
import { minuteOf, surfaceOf, tell } from './surfaces.ts'

let asked = ''
let drawn = ''

export function drawHome(world: World): void {
  const pane = byId('home')
  const { me, apps, homes } = world.snap
  const app = apps.find((app) => app.id === world.route.at)
  pane.hidden = app === undefined
  if (!app) {
    asked = ''
    return
  }
  const here = `${me.id}/${app.id}`
  if (asked !== here) {
    asked = here
    void act({ type: 'open_home', as: me.id, app: app.id, tab: 'home' }).then(tell)
  }
  const view = homes[app.id]
  const print = JSON.stringify([
    here,
    view,
    view && minuteOf(view.blocks, '', Date.parse(world.snap.now) / 1000),
  ])
  if (print === drawn) return
  drawn = print
  if (!view) return fill(pane, h('p', { class: 'nothing' }, `${app.name} has not put anything here yet.`))
  const surface = surfaceOf(
    {
      id: `home-${app.id}-${me.id}`,
      kind: 'home',
      place: { in: 'view', view: view.id },
      blocks: view.blocks,
      state: view.state,
      errors: view.errors,
    },
    world,
  )
  fill(
    pane,
    h(
      'div',
      { class: 'home-page', 'data-view': view.id, 'aria-label': `${app.name} Home` },
      paintBlocks(view.blocks, surface),
    ),
  )
}
