// The page's own signs, drawn: they look the same where no emoji font is installed.
const PATHS = {
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6.5 8.500c0-3.5 2.9-5.5 6.5-5.500s6.5 2 6.5 5.500M16 4.500a3.5 3.5 0 0 1 0 6.500m2.5 3.500c2 .8 3 2.6 3 5',
  thread: 'M4 5h16v11h-9l-4.5 4v-4H4Z',
  lock: 'M6 11h12v9H6Zm2.5 0V8a3.5 3.5 0 0 1 7 0v3',
  more: 'M5 12h.1M12 12h.1M19 12h.1',
  send: 'M4 12 20 4.5 15 20l-3.5-6.500Zm7.5 1.500L20 4.5',
  pause: 'M8.5 5v14M15.5 5v14',
  play: 'M7.5 5v14l11-7Z',
  close: 'm6 6 12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
  bars: 'M4 6.500h16M4 12h16M4 17.500h16',
  file: 'M6 3.500h8l4 4v13H6ZM14 3.500v4h4',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Zm9.5 2.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
} as const

const SVG = 'http://www.w3.org/2000/svg'

export function icon(name: keyof typeof PATHS): SVGElement {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', `icon-sign icon-${name}`)
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(SVG, 'path')
  path.setAttribute('d', PATHS[name])
  svg.append(path)
  return svg
}
