// Connects the blocks of a message or view to the acts of the person who looks at them.
import type { Act, ActResult, Block, FieldValue, FieldValues, Place } from '../protocol.ts'
import type { Choice, Surface } from './blocks/surface.ts'
import { confirmDialog, toast } from './dialogs.ts'
import { act, channelTitle, current, nameOf, sceneOf, type World } from './state.ts'

/** What was typed and not yet sent, by surface; it outlives a redraw. */
const drafts = new Map<string, FieldValues>()

function typedOn(id: string): FieldValues {
  const known = drafts.get(id)
  if (known) return known
  const fresh: FieldValues = {}
  drafts.set(id, fresh)
  return fresh
}

/** What was typed into elements that are still there: an updated view may have dropped some. */
export function valuesOn(id: string, blocks: Block[]): FieldValues {
  const out: FieldValues = {}
  for (const [blockId, byAction] of Object.entries(typedOn(id)))
    for (const [actionId, value] of Object.entries(byAction))
      if (hasElement(blocks, blockId, actionId)) (out[blockId] ??= {})[actionId] = value
  return out
}

function hasElement(blocks: Block[], blockId: string, actionId: string): boolean {
  const block = blocks.find((block) => block.block_id === blockId)
  const elements = [block?.['elements'], block?.['accessory'], block?.['element']].flat()
  return elements.some((element) => (element as { action_id?: unknown } | undefined)?.action_id === actionId)
}

export const forget = (id: string): boolean => drafts.delete(id)

export interface Shown {
  id: string
  kind: Surface['kind']
  place: Place
  blocks: Block[]
  state: Surface['state']
  errors?: Record<string, string>
}

export function surfaceOf(shown: Shown, world: World): Surface {
  const typed = typedOn(shown.id)
  const { me, users, channels } = world.snap
  const people: Choice[] = users
    .filter((user) => !user.is_bot && !user.deleted)
    .map((user) => ({ id: user.id, name: nameOf(user) }))
  const spot = (blockId: string, actionId: string) => ({
    as: me.id,
    place: shown.place,
    block_id: blockId,
    action_id: actionId,
  })
  const sent = () => {
    const values = valuesOn(shown.id, shown.blocks)
    return Object.keys(values).length > 0 ? { values } : {}
  }
  return {
    kind: shown.kind,
    id: shown.id,
    scene: sceneOf(world),
    state: shown.state,
    typed,
    errors: shown.errors ?? {},
    people,
    channels: channels
      .filter((channel) => !channel.is_archived)
      .map((channel) => ({ id: channel.id, name: prefix(channel.kind) + channelTitle(channel, world) })),
    press: (blockId, actionId) => perform({ type: 'press', ...spot(blockId, actionId), ...sent() }),
    choose: async (blockId, actionId, value: FieldValue) => {
      await perform({ type: 'choose', ...spot(blockId, actionId), value, ...sent() })
      // From here on the server knows it.
      delete typed[blockId]?.[actionId]
    },
    suggest: async (blockId, actionId, query) => {
      const answer = await act({ type: 'suggest', ...spot(blockId, actionId), query })
      if (!answer.ok) return []
      return answer.options ?? (answer.option_groups ?? []).flatMap((group) => group.options)
    },
  }
}

const prefix = (kind: string): string => (kind === 'channel' || kind === 'private' ? '#' : '')

/** Sends an act; asks first when the element wants that; says what went wrong. */
async function perform(what: Extract<Act, { type: 'press' | 'choose' }>): Promise<void> {
  const answer = await act(what)
  if (answer.ok) return
  const world = current()
  if (answer.error === 'confirm_needed' && world) {
    if (await confirmDialog(answer.confirm ?? {}, sceneOf(world)))
      tell(await act({ ...what, confirmed: true }))
    return
  }
  tell(answer)
}

/** Says what went wrong, unless the workspace says it already and nothing covers that. */
export function tell(answer: ActResult): void {
  if (answer.ok || isNoticed(answer.text)) return
  toast(answer.text || answer.error)
}

export const isNoticed = (text: string): boolean =>
  document.querySelector('dialog[open]') === null && current()?.snap.notices.at(-1)?.text === text

/** Changes whenever something in the blocks has to be drawn anew as time goes by. */
export const minuteOf = (blocks: Block[], text: string, now: number): number =>
  text.includes('<!date') || JSON.stringify(blocks).includes('<!date') ? Math.floor(now / 60) : 0
