/** One of the sockets: `live` after Slack's hello, `waiting` before the next attempt. */
export type SocketStatus = { state: 'connecting' | 'live' | 'waiting'; ageMs: number }

/** Whether Slack's traffic reaches us, and if not, why. For readiness. */
export type ReceiverStatus = {
  ok: boolean
  reason?: string
  /** Empty in HTTP mode. */
  sockets: SocketStatus[]
  /** When anything last came in from Slack. */
  lastEventAt: Date | null
}
