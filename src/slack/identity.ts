import { setTimeout as sleep } from 'node:timers/promises'
import { WebClient } from '@slack/web-api'
import { classify } from './classify.ts'
import { abortableFetch, carefulOptions, type Access } from './clients.ts'

/** Who we are in Slack. */
export type Identity = {
  botId: string
  botUserId: string
  teamId: string
  enterpriseId: string | null
  /** The workspace's address, with a slash at its end. */
  url: string
}

/** Our identity, as far as Slack has told us. */
export type SelfKnowledge = Disposable & {
  /** Asks Slack, once for everybody who waits. Rejects when Slack does not say; the next call asks again. */
  learn(): Promise<Identity>
  /** Asks in the background, more and more slowly, until Slack says. */
  keepAsking(): void
  readonly known: Identity | undefined
  /** Why we do not know. */
  readonly reason: string | undefined
}

const firstMs = 1_000
const mostMs = 30_000

/** Learns who we are by `auth.test`, whenever Slack can be reached. */
export function createSelfKnowledge(
  { token, apiUrl, logger }: Access,
  learned: (identity: Identity) => void = () => {},
): SelfKnowledge {
  const over = new AbortController()
  const options = { ...carefulOptions({ apiUrl, logger }), fetch: abortableFetch(over.signal) }
  const client = new WebClient(token, options)
  let known: Identity | undefined
  let reason: string | undefined = 'auth.test was not answered yet'
  let asking: Promise<Identity> | undefined
  let keeping = false

  const ask = async (): Promise<Identity> => {
    try {
      const {
        bot_id: botId,
        user_id: botUserId,
        team_id: teamId,
        enterprise_id,
        url = '',
      } = await client.auth.test()
      if (!botId || !botUserId || !teamId)
        throw new Error('auth.test did not name a bot: is SLACK_BOT_TOKEN a bot token?')
      reason = undefined
      known = { botId, botUserId, teamId, enterpriseId: enterprise_id ?? null, url }
      learned(known)
      return known
    } catch (error) {
      const outcome = classify(error, 'auth.test')
      reason =
        outcome.kind === 'away' ? `Slack refuses the bot token: ${outcome.why}` : `auth.test: ${outcome.why}`
      throw error
    } finally {
      asking = undefined
    }
  }
  const learn = async (): Promise<Identity> => known ?? (await (asking ??= ask()))

  const askUntilKnown = async (): Promise<void> => {
    let waitMs = firstMs
    while (!over.signal.aborted) {
      try {
        await learn()
        return
      } catch {
        if (over.signal.aborted) return
        logger.warn({ why: reason }, 'do not know who we are in Slack; asking again')
        await sleep(waitMs, undefined, { signal: over.signal }).catch(() => undefined)
        waitMs = Math.min(waitMs * 2, mostMs)
      }
    }
  }

  return {
    learn,
    keepAsking() {
      if (keeping) return
      keeping = true
      void askUntilKnown()
    },
    get known() {
      return known
    },
    get reason() {
      return reason
    },
    [Symbol.dispose]: () => over.abort(),
  }
}
