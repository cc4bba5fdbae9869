import type { Message } from '../blocks.ts'
import { message } from '../blocks.ts'
import type { PageNotice, Scene } from './scene.ts'

export function card(scene: Scene, page: PageNotice | null = null): Message {
  return message(`E-${scene.escalation.id} ${page?.reason ?? ''}`)
}
