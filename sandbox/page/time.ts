// The clock of the workspace, and the buttons that move it.
import { icon } from './icons.ts'
import { moveClock, type DemoInfo } from './api.ts'
import { ago, clockTime, dayName } from './dates.ts'
import { byId, fill, h } from './dom.ts'
import { toast } from './dialogs.ts'
import { current, nowOf, refresh, type World } from './state.ts'

const STEPS: [label: string, ms: number][] = [
  ['+1 min', 60_000],
  ['+15 min', 900_000],
  ['+1 h', 3_600_000],
]

type Move = Parameters<typeof moveClock>[0]

async function move(to: Move): Promise<void> {
  try {
    await moveClock(to)
    await refresh()
  } catch (error) {
    toast(error instanceof Error ? error.message : 'The clock did not move')
  }
}

let drawn = ''

export function drawTime(world: World): void {
  const { frozen, me } = world.snap
  const due = nextDue(world.info, nowOf(world))
  const print = JSON.stringify([frozen, due, me.tz, due !== undefined && Math.floor(nowOf(world) / 60)])
  if (print !== drawn) {
    drawn = print
    const step = (label: string, to: Move, title: string) =>
      h(
        'button',
        {
          type: 'button',
          class: 'button button-bar',
          title,
          'data-focus': label,
          on: { click: () => void move(to) },
        },
        label,
      )
    fill(
      byId('time'),
      h('output', { id: 'clock', class: 'clock', 'aria-label': 'Time in the workspace', title: me.tz }),
      STEPS.map(([label, ms]) => step(label, { advance: ms }, `Let ${label.slice(1)} pass`)),
      due !== undefined &&
        step(
          'Next due',
          { set: due },
          `To ${clockTime(Date.parse(due) / 1000, me.tz)}, ${ago(Date.parse(due) / 1000, nowOf(world))}`,
        ),
      h(
        'button',
        {
          type: 'button',
          class: 'button button-bar',
          'aria-pressed': String(frozen),
          'aria-label': 'Stop the clock',
          title: frozen ? 'The clock stands still: let it run' : 'Let the clock stand still',
          'data-focus': 'freeze',
          on: { click: () => void move({ freeze: !frozen }) },
        },
        icon(frozen ? 'play' : 'pause'),
      ),
    )
  }
  tick()
}

function nextDue(info: DemoInfo | undefined, now: number): string | undefined {
  const due = info?.nextDueAt ?? undefined
  return due !== undefined && Date.parse(due) / 1000 > now ? due : undefined
}

/** Every second: the clock runs on between two snapshots. */
export function tick(): void {
  const world = current()
  const clock = document.getElementById('clock')
  if (!world || !clock) return
  const now = nowOf(world)
  const { tz } = world.snap.me
  const text = `${dayName(now, { now: now - 86_400 * 400, zone: tz })}, ${clockTime(now, tz)}`
  if (clock.textContent !== text) clock.textContent = text
  clock.dataset['now'] = new Date(now * 1000).toISOString()
  clock.classList.toggle('frozen', world.snap.frozen)
}
