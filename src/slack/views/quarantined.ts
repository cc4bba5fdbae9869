import type { Button, KnownBlock } from '@slack/types'
import { context, header, said, section, when } from '../blocks.ts'
import { button } from '../buttons.ts'

/** What the clock leaves alone: the first few, and how many there are. */
export type QuarantinedScene = {
  total: number
  rows: readonly { id: number; reason: string; since: Date | null }[]
}

/** The first few that an administrator reads. */
export const quarantinedShows = 10

/** For administrators: what is left alone, why, and the way back. Nothing when there is none. */
export function quarantinedBlocks({ total, rows }: QuarantinedScene): (KnownBlock | null)[] {
  if (total === 0) return []
  const shown = rows.slice(0, quarantinedShows)
  return [
    header(`Left alone by the clock · ${total}`),
    ...shown.map(({ id, reason, since }) =>
      section(
        `*E-${id}* can't be decided${since ? ` since ${when(since)}` : ''}:\n${said(reason, 300)}`,
        releaseButton(id),
      ),
    ),
    total > shown.length
      ? context(`And ${total - shown.length} more: \`belay quarantine list\` on the server.`)
      : null,
  ]
}

/** It is about the row as it is, whatever its version. */
export function releaseButton(escalation: number): Button {
  return button('release_quarantined', { e: escalation, v: 0 }, `Release E-${escalation}`)
}
