// Where the page is: who looks, at what. Kept in the address, so that a link, a reload and a script all land there.
//   #/U0AGENT/C0FRONT          a channel or direct message
//   #/U0AGENT/C0FRONT/17…      with a thread open
//   #/U0AGENT/A0BELAY          an app's Home

export interface Route {
  me: string
  at: string
  thread?: string
}

/** Whoever looks first, before somebody chose. */
export const ANYBODY = 'U0AGENT'

const KEPT = 'sandbox.me'

export function readRoute(): Route {
  const [, me, at, thread] = decodeURIComponent(location.hash.slice(1)).split('/')
  return { me: me || localStorage.getItem(KEPT) || ANYBODY, at: at ?? '', ...(thread ? { thread } : {}) }
}

export const routeTo = (route: Route): string =>
  `#/${[route.me, route.at, route.thread].filter((part) => part !== undefined && part !== '').join('/')}`

export function go(change: Partial<Route>): void {
  const { thread: _, ...stay } = readRoute()
  const next = { ...stay, ...change }
  localStorage.setItem(KEPT, next.me)
  location.hash = routeTo(next)
}

export const isHome = (route: Route): boolean => route.at.startsWith('A')

/** A permalink, `/archives/C0FRONT/p1700000000000100`, becomes the place that it means. */
export function followPermalink(): void {
  const [, channel, digits] = /^\/archives\/(\w+)\/p(\d{7,})/.exec(location.pathname) ?? []
  if (channel === undefined || digits === undefined) return
  const ts =
    new URLSearchParams(location.search).get('thread_ts') ?? `${digits.slice(0, -6)}.${digits.slice(-6)}`
  history.replaceState(null, '', `/${routeTo({ me: readRoute().me, at: channel, thread: ts })}`)
}
