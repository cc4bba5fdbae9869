import type { MessageView, Sandbox } from '../../sandbox/protocol.ts'
import { buttons } from '../../sandbox/reading.ts'

export { textOf as shown } from '../../sandbox/reading.ts'

/**
 * Whose phones were lit up on purpose since this was last asked, and where: `U0FRONT2 in C0FRONT`, `U0FRONT2 directly`.
 * What merely goes on in a thread that somebody follows is Slack's doing.
 */
export function phones(sandbox: Sandbox): () => string[] {
  let read = sandbox.ledger().length
  return () => {
    const fresh = sandbox.ledger().slice(read)
    read += fresh.length
    return fresh
      .filter(({ reason }) => reason !== 'thread')
      .map(({ user, reason, channel }) => `${user} ${reason === 'dm' ? 'directly' : `in ${channel}`}`)
      .sort()
  }
}

/** The labels of a message's buttons and menu entries. */
export function offers(message: MessageView): string[] {
  return buttons(message.blocks).map(({ label }) => label)
}
