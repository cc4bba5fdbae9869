/** One thing that was looked at. `todo`: what to do about a problem. A note is worth knowing and no problem. */
export type Finding = { kind: 'ok' | 'note' | 'problem'; what: string; todo?: string }

export const ok = (what: string): Finding => ({ kind: 'ok', what })
export const note = (what: string): Finding => ({ kind: 'note', what })
export const problem = (what: string, todo: string): Finding => ({ kind: 'problem', what, todo })
