// The control API, as the page needs it.
import type { Act, ActResult, Control, Fault, LedgerEntry, Snapshot } from '../protocol.ts'

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(path, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch {
    data = undefined
  }
  if (answer.ok && data !== undefined) return data as T
  throw new Refused(answer.status, problem(data) ?? (text.slice(0, 300) || answer.statusText), data)
}

export class Refused extends Error {
  readonly status: number
  readonly data: unknown
  constructor(status: number, message: string, data: unknown) {
    super(message)
    this.status = status
    this.data = data
  }
}

function problem(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const { error, problems } = data as { error?: unknown; problems?: unknown }
  const list = Array.isArray(problems) ? `: ${problems.join('; ')}` : ''
  return typeof error === 'string' ? error + list : undefined
}

export const getState = (me: string) => call<Snapshot>('GET', `/sandbox/state?as=${encodeURIComponent(me)}`)
export const getLedger = () => call<LedgerEntry[]>('GET', '/sandbox/ledger')
export const postAct = (act: Act) => call<ActResult>('POST', '/sandbox/act', act)
export const moveClock = (move: { advance: number } | { set: string } | { freeze: boolean }) =>
  call<{ now: string; frozen: boolean }>('POST', '/sandbox/clock', move)
export const addFault = (fault: Fault) => call<{ id: string }>('POST', '/sandbox/faults', fault)
export const removeFault = (id?: string) =>
  call('DELETE', id === undefined ? '/sandbox/faults' : `/sandbox/faults?id=${encodeURIComponent(id)}`)
export const control = (order: Control) => call('POST', '/sandbox/control', order)
export const reset = () => call('POST', '/sandbox/reset', {})

/** The demo's own endpoints; a bare sandbox answers 404 and has no story to tell. */
export interface DemoInfo {
  story: boolean
  samples: { name: string; body: unknown }[]
  nextDueAt: string | null
}
let isBare = false
export async function getInfo(): Promise<DemoInfo | undefined> {
  if (isBare) return undefined
  try {
    return await call<DemoInfo>('GET', '/demo/info')
  } catch (error) {
    isBare = error instanceof Refused && error.status === 404
    return undefined
  }
}
/** What the webhook answered, as the demo passes it on. */
export const sendTicket = (body: unknown) =>
  call<{ status: number; answer: unknown }>('POST', '/demo/ticket-event', body)
