// The workbench beside the workspace: the story, ticket events, who was notified, and trouble on demand.
import { byId, h, refill, type Child } from './dom.ts'
import { faultsPanel } from './faults.ts'
import { ledgerPanel } from './ledger.ts'
import type { World } from './state.ts'
import { storyPanel, storyPrint } from './story.ts'
import { ticketsPanel } from './tickets.ts'

interface Tab {
  /** What the panel depends on. */
  print: (world: World) => unknown
  id: string
  name: string
  panel: (world: World) => Child
}

let chosen = ''

function tabsOf(world: World): Tab[] {
  const { info } = world
  return [
    ...(info?.story ? [{ id: 'story', name: 'Story', panel: storyPanel, print: storyPrint }] : []),
    ...(info
      ? [{ id: 'tickets', name: 'Tickets', panel: () => ticketsPanel(info), print: () => info.samples }]
      : []),
    {
      id: 'notified',
      name: 'Notified',
      panel: ledgerPanel,
      print: ({ ledger, snap }) => [ledger, snap.me.id],
    },
    {
      id: 'faults',
      name: 'Faults',
      panel: faultsPanel,
      print: ({ snap, route }) => [snap.faults, snap.me, snap.channels, route.at],
    },
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
  refill(byId('bench-tabs'), JSON.stringify([tabs.map((one) => one.id), tab.id, faults]), () =>
    tabs.map((one) => tabButton(one, one === tab, faults, () => choose(one.id))),
  )
  const panel = byId('bench-panel')
  panel.setAttribute('aria-labelledby', `tab-${tab.id}`)
  const { scrollTop } = panel
  refill(panel, JSON.stringify([tab.id, tab.print(world)]), () => tab.panel(world))
  panel.scrollTop = panel.dataset['panel'] === tab.id ? scrollTop : 0
  panel.dataset['panel'] = tab.id
}

function tabButton({ id, name }: Tab, chosen: boolean, faults: number, choose: () => void): HTMLElement {
  return h(
    'button',
    {
      type: 'button',
      role: 'tab',
      id: `tab-${id}`,
      class: 'tab',
      'aria-selected': String(chosen),
      'aria-controls': 'bench-panel',
      'data-focus': id,
      on: { click: choose },
    },
    name,
    id === 'faults' && faults > 0 && h('span', { class: 'badge' }, faults),
  )
}
