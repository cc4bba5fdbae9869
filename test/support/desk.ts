import type { Escalation } from '#domain/escalation.ts'
import { find } from '#store/escalations.ts'
import { timelineOf } from '#store/timeline.ts'
import type { MessageView } from '../../sandbox/protocol.ts'
import { ticketEvent } from './tickets.ts'
import { startWorld, type World, type WorldOptions } from './world.ts'

/** One escalation in a story: its name, and its card in the first tier's channel. */
export type Told = { id: number; name: string; card: MessageView }

/** A world in which several stories are told one after the other, each with a ticket of its own. */
export type Desk = World & {
  /** A ticket is escalated and its first page is out. */
  escalate: (subject: string, ticket?: Record<string, unknown>) => Promise<Told>
  /** All tickets so far are solved: nothing of them falls due any more. */
  clear: () => Promise<void>
  /** The escalation as it is saved. */
  saved: (told: Told) => Promise<Escalation>
  /** What happened to it, in order. */
  happened: (told: Pick<Told, 'id'>) => Promise<string[]>
}

export async function startDesk(options: WorldOptions = {}): Promise<Desk> {
  const world = await startWorld(options)
  const { db } = world.belay.store
  const open: string[] = []
  let tickets = 0
  return {
    ...world,
    escalate: async (subject, ticket = {}) => {
      const id = `desk-${(tickets += 1)}`
      const { body } = await world.hook(ticketEvent('ticket.escalated', { id, subject, ...ticket }))
      open.push(id)
      await world.quiet()
      const name = String(body['escalation'])
      const card = await world.first.sees('C0FRONT', new RegExp(`^${name} `))
      return { id: Number(name.slice(2)), name, card }
    },
    clear: async () => {
      for (const id of open.splice(0)) await world.hook(ticketEvent('ticket.solved', { id }))
      await world.quiet()
    },
    saved: async ({ id }) => (await find(db, id))!,
    happened: async ({ id }) => (await timelineOf(db, id)).map(({ kind }) => kind),
  }
}

/** No plan: the example policy's default, with fifteen minutes for a critical ticket's first two tiers and two rounds. */
export const plain = { customer: { name: 'Small shop' } }
