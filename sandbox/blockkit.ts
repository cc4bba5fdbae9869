import type { Block } from './protocol.ts'

export type Problem = { pointer: string; code: string; message: string }
export type Surface = 'message' | 'modal' | 'home'

/** Holds a payload against Block Kit's rules. */
export function validate(_surface: Surface, payload: { blocks?: Block[] }): Problem[] {
  if (payload.blocks !== undefined && !Array.isArray(payload.blocks))
    return [{ pointer: '/blocks', code: 'type', message: 'must be an array' }]
  return []
}
