import type { HomeView, KnownBlock } from '@slack/types'
import { context, header, homeTab, section, when } from '../blocks.ts'
import type { ListRow } from './list.ts'
import { clocks, rowText, rowTitle } from './list.ts'
import type { OnCallRow } from './on-call.ts'
import { noRotations, shiftRows } from './on-call.ts'
import type { QuarantinedScene } from './quarantined.ts'
import { quarantinedBlocks } from './quarantined.ts'
import { untilLapse } from './state.ts'

type HomeRow = Omit<ListRow, 'owner'>

/** What a person's Home tab shows: the first few of what they have and of what nobody has, and who is on call. */
export type HomeScene = {
  now: Date
  /** What came of what they pressed here. */
  told?: string | undefined
  /** For administrators. */
  quarantined?: QuarantinedScene | undefined
  yours: { total: number; rows: readonly HomeRow[] }
  nobodys: { total: number; rows: readonly HomeRow[] }
  shifts: readonly OnCallRow[]
}

/** The first few that a person reads of each part; the rest is counted. */
export const homeShows = { yours: 20, nobodys: 10, shifts: 30 } as const

/** The Home tab of somebody who can act. Names are plain text, and what it shows is as of `now`: nothing renews it. */
export function home({ now, told, quarantined, yours, nobodys, shifts }: HomeScene): HomeView {
  return homeTab([
    told ? section(told) : null,
    ...(quarantined ? quarantinedBlocks(quarantined) : []),
    header(titled('You have it', yours.total)),
    ...(yours.total > 0 ? mine(yours) : [section('Nothing: no open escalation is yours.')]),
    header(titled('Nobody has it', nobodys.total)),
    ...(nobodys.total > 0 ? waiting(nobodys) : [section('Nothing: no open escalation is without an owner.')]),
    header('On call now'),
    ...(shifts.length > 0 ? onCall(shifts) : [section(noRotations)]),
    header('Escalate'),
    section(
      'Type `/escalate` anywhere, or choose *More actions › Escalate to a human* on a message. `/escalate help` says what else there is.',
    ),
    context(`As of ${when(now)}. To bring it up to date, open this tab again.`),
  ])
}

/** The Home tab of people from other workspaces: nothing of ours is shown to them. */
export function homeOfOutsider(): HomeView {
  return homeTab([
    section('Only members of this workspace can see and act on escalations here: ask somebody on the team.'),
  ])
}

function titled(title: string, total: number): string {
  return total > 0 ? `${title} · ${total}` : title
}

function mine({ total, rows }: HomeScene['yours']): (KnownBlock | null)[] {
  const shown = rows.slice(0, homeShows.yours)
  return [...shown.map((row) => section(myRow(row))), more(total - shown.length)]
}

function myRow(row: HomeRow): string {
  const { escalation } = row
  const waiting = escalation.waitingSince ? ', waiting on the customer' : ''
  return `${rowTitle(row)}\nYours${untilLapse(escalation)}${waiting}. ${clocks(escalation)}`
}

function waiting({ total, rows }: HomeScene['nobodys']): (KnownBlock | null)[] {
  const shown = rows.slice(0, homeShows.nobodys)
  return [...shown.map((row) => section(rowText({ ...row, owner: null }))), more(total - shown.length)]
}

function onCall(shifts: HomeScene['shifts']): (KnownBlock | null)[] {
  const shown = shifts.slice(0, homeShows.shifts)
  return [...shiftRows(shown), more(shifts.length - shown.length, '`/escalate on-call`')]
}

function more(left: number, command = '`/escalate list`'): KnownBlock | null {
  return left > 0 ? context(`And ${left} more: ${command}.`) : null
}
