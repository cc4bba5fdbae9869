import { ratelimited } from './classify.ts'
import { classify } from './clients.ts'
import type { Clients } from './clients.ts'

/** Whether Slack takes what we say, as far as we have heard. */
export type Answering = {
  /** Slack refuses us altogether (a revoked token): why, or null when it took something. */
  refusing: (why: string | null) => void
  /** Asks Slack whether it knows us: who sends nothing would not hear of it otherwise. Never fails. */
  ask: () => Promise<void>
  status: () => { ok: boolean; reason?: string }
}

/** Asked so often in vain, Slack is away; a single silence is a hiccup. */
const inVainFrom = 2

/** Keeps what is heard about our token from whoever sends, from Slack's events, and from asking. */
export function watchAnswers({ writes }: Pick<Clients, 'writes'>): Answering {
  let refused: string | null = null
  let inVain = { times: 0, why: '' }
  let asking: Promise<void> | null = null
  const refusing = (why: string | null) => {
    refused = why
    inVain = { times: 0, why: '' }
  }
  const failed = (error: unknown) => {
    const { kind, why } = classify(error, 'auth.test')
    if (kind === 'away') return refusing(why)
    // Whoever asks us to wait has heard us.
    const isHeard = why === ratelimited
    inVain = isHeard ? { times: 0, why } : { times: inVain.times + 1, why }
  }
  const ask = () =>
    writes.auth
      .test()
      .then(() => refusing(null), failed)
      .finally(() => (asking = null))
  const reason = () => {
    if (refused !== null) return `Slack refuses us: ${refused}`
    const { times, why } = inVain
    return times < inVainFrom ? null : `Slack has not answered ${times} times in a row: ${why}`
  }
  return {
    refusing,
    ask: () => (asking ??= ask()),
    status: () => {
      const why = reason()
      return why === null ? { ok: true } : { ok: false, reason: why }
    },
  }
}
