import type { HomeView } from '@slack/types'
import type { Actor, Escalation } from '../../domain/escalation.ts'
import { homeCards } from '../../store/cards.ts'
import { ownedBy, unowned } from '../../store/escalations.ts'
import { quarantined } from '../../store/quarantine.ts'
import { personById } from '../../store/people.ts'
import { classify } from '../classify.ts'
import type { Gathering } from '../gather.ts'
import { permalink } from '../gather.ts'
import type { Identity } from '../identity.ts'
import { lookUp } from '../names.ts'
import { shiftsNow } from '../shifts.ts'
import { home, homeOfOutsider, homeShows } from '../views/home.ts'
import { quarantinedShows } from '../views/quarantined.ts'
import type { Listening } from './listening.ts'
import { isOutsider } from './listening.ts'

/** Somebody opened our Home tab, or pressed a button there: it is drawn for them anew, with what is `told` to them. Throws when it is worth trying again. */
export async function showHome(listening: Listening, user: Actor, now: Date, told?: string): Promise<void> {
  const view = await viewFor(listening, user, now, told)
  try {
    await listening.writes.views.publish({ user_id: user, view })
  } catch (error) {
    const verdict = classify(error, 'views.publish')
    if (verdict.kind !== 'permanent') throw error
    listening.log.warn({ user, verdict }, 'a Home tab was not shown')
  }
}

async function viewFor(
  listening: Listening,
  user: Actor,
  now: Date,
  told: string | undefined,
): Promise<HomeView> {
  const identity = listening.identity()
  if (!identity) throw new Error('it is not known yet who we are in Slack')
  if (await isStranger(listening, user, now)) return homeOfOutsider()
  const { store } = listening
  const severities = store.book.live.severities.map(({ name }) => name)
  const isAdmin = store.book.live.admins.includes(user)
  const [yours, nobodys, shifts, left] = await Promise.all([
    ownedBy(store.db, user, homeShows.yours),
    unowned(store.db, severities, homeShows.nobodys),
    shiftsNow(listening, now),
    isAdmin ? quarantined(store.db, quarantinedShows) : undefined,
  ])
  const links = await linksTo(listening, identity, [...yours.escalations, ...nobodys.escalations])
  const rowsOf = ({ total, escalations }: typeof yours) => ({
    total,
    rows: escalations.map((escalation) => ({ escalation, link: links.get(escalation.id) ?? null })),
  })
  return home({ now, told, quarantined: left, yours: rowsOf(yours), nobodys: rowsOf(nobodys), shifts })
}

/** The event does not say where somebody is from, and whoever Slack does not know is not one of us. */
async function isStranger(listening: Listening, user: Actor, now: Date): Promise<boolean> {
  const known = await personById(listening.store.db, user)
  const [person] = known?.team ? [known] : await lookUp(listening.directory, [user], now)
  if (!person) throw new Error('Slack did not say who opened the Home tab')
  return person.team === null || isOutsider(listening, { id: user, team: person.team })
}

async function linksTo(
  { store }: Gathering,
  identity: Identity,
  escalations: readonly Escalation[],
): Promise<Map<number, string>> {
  const cards = await homeCards(
    store.db,
    escalations.map(({ id }) => id),
  )
  return new Map(cards.map(({ escalation, channel, ts }) => [escalation, permalink(identity, channel, ts)]))
}
