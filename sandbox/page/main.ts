// Draws everything anew whenever something changed. Each part knows what it already shows and touches only the rest.
import { Refused } from './api.ts'
import { drawBench } from './bench.ts'
import { byId, fill, h } from './dom.ts'
import { drawHeader } from './header.ts'
import { drawHome } from './home.ts'
import { drawStrip } from './ledger.ts'
import { closeMenu } from './menu.ts'
import { drawMessages } from './messages.ts'
import { drawModal } from './modal.ts'
import { drawNotices } from './notices.ts'
import { ANYBODY, followPermalink, go, isHome, readRoute } from './route.ts'
import { drawSidebar } from './sidebar.ts'
import { channelOf, current, moved, onChange, refresh, type World } from './state.ts'
import { closeThread, drawThread } from './thread.ts'
import { drawTime, tick } from './time.ts'
import { look } from './unseen.ts'
import { drawWriter } from './writer.ts'

function draw(world: World): void {
  const home = isHome(world.route)
  const channel = home ? undefined : channelOf(world)
  document.body.dataset['ready'] = 'true'
  document.body.dataset['me'] = world.snap.me.id
  document.body.dataset['revision'] = String(world.snap.revision)
  document.title = `${world.snap.team.name} · local Slack`
  drawLive(world)
  look(world)
  drawSidebar(world)
  drawHeader(channel, world)
  drawTime(world)
  drawStrip(world)
  byId('messages').hidden = home
  byId('writer').hidden = home
  drawHome(world)
  if (channel) drawMessages(channel, world)
  drawWriter(channel, world)
  drawThread(world)
  drawNotices(world)
  drawBench(world)
  drawModal(world)
}

function drawLive(world: World): void {
  const live = byId('live')
  live.className = world.live ? 'live' : 'live lost'
  live.textContent = world.live ? 'live' : 'connecting…'
}

/** The workbench is open where there is room for it, until somebody decides otherwise. */
function benchToggle(): void {
  const toggle = byId('bench-toggle')
  const set = (open: boolean) => {
    document.body.classList.toggle('bench-open', open)
    toggle.setAttribute('aria-expanded', String(open))
  }
  const roomy = window.matchMedia('(min-width: 1101px)')
  const fit = () => set(localStorage.getItem('sandbox.bench') !== 'closed' && roomy.matches)
  roomy.addEventListener('change', fit)
  fit()
  toggle.addEventListener('click', () => {
    const open = !document.body.classList.contains('bench-open')
    localStorage.setItem('sandbox.bench', open ? 'open' : 'closed')
    set(open)
  })
}

function keys(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && event.key === 'k') {
    event.preventDefault()
    document.querySelector<HTMLElement>('#sidebar a.place')?.focus()
  } else if (event.key === 'Escape' && !event.defaultPrevented) {
    if (document.body.classList.contains('drawer-open')) document.body.classList.remove('drawer-open')
    else if (document.querySelector('dialog[open]') === null && current()?.route.thread !== undefined)
      closeThread()
  }
}

followPermalink()
onChange(draw)
benchToggle()
document.addEventListener('keydown', keys)
byId('scrim').addEventListener('click', () => document.body.classList.remove('drawer-open'))
// The address after # says where we are, so the skip link must not change it.
document.querySelector('.skip')?.addEventListener('click', (event) => {
  event.preventDefault()
  byId('messages').focus()
})
window.addEventListener('hashchange', () => {
  closeMenu()
  document.body.classList.remove('drawer-open')
  moved()
})
window.addEventListener('focus', () => void refresh().catch(() => {}))
setInterval(tick, 1_000)

try {
  // Kept from another workspace, the person may not exist here.
  await refresh().catch(async (error: unknown) => {
    if (!(error instanceof Refused) || error.status !== 404 || readRoute().me === ANYBODY) throw error
    go({ me: ANYBODY, at: '' })
    await refresh()
  })
} catch (error) {
  const text = error instanceof Error ? error.message : ''
  fill(byId('messages'), h('p', { class: 'nothing', role: 'alert' }, `The sandbox did not answer. ${text}`))
}
