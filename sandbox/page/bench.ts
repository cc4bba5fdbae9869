// The workbench beside the workspace: the story, ticket events, who was notified, and trouble on demand.
import { byId, fill, h, type Child } from './dom.ts'
import { faultsPanel } from './faults.ts'
import { ledgerPanel } from './ledger.ts'
import type { World } from './state.ts'
import { storyPanel } from './story.ts'
import { ticketsPanel } from './tickets.ts'

interface Tab {
  id: string
  name: string
  panel: (world: World) => Child
}

let chosen = ''

function tabsOf(world: World): Tab[] {
  const { info } = world
  return [
    ...(info?.story ? [{ id: 'story', name: 'Story', panel: storyPanel }] : []),
    ...(info ? [{ id: 'tickets', name: 'Tickets', panel: () => ticketsPanel(info) }] : []),
    { id: 'notified', name: 'Notified', panel: ledgerPanel },
    { id: 'faults', name: 'Faults', panel: faultsPanel },
  ]
}

export function drawBench(world: World): void {
  const tabs = tabsOf(world)
  const tab = tabs.find((one) => one.id === chosen) ?? tabs[0]
  if (!tab) return
  const choose = (id: string) => {
    chosen = id
    drawBench(world)
  }
  const faults = world.snap.faults.length
  fill(
    byId('bench-tabs'),
    tabs.map((one) =>
      h(
        'button',
        {
          type: 'button',
          role: 'tab',
          id: `tab-${one.id}`,
          class: 'tab',
          'aria-selected': String(one === tab),
          'aria-controls': 'bench-panel',
          'data-focus': one.id,
          on: { click: () => choose(one.id) },
        },
        one.name,
        one.id === 'faults' && faults > 0 && h('span', { class: 'badge' }, faults),
      ),
    ),
  )
  const panel = byId('bench-panel')
  panel.setAttribute('aria-labelledby', `tab-${tab.id}`)
  panel.dataset['panel'] = tab.id
  const content = tab.panel(world)
  // The ticket form stays the same node: what is typed in it must not be drawn anew.
  if (content instanceof HTMLElement && panel.firstChild === content) return
  const { scrollTop } = panel
  fill(panel, content)
  panel.scrollTop = scrollTop
}
