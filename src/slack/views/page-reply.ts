import type { Message } from '../blocks.ts'
import { message } from '../blocks.ts'
import type { PageNotice, Scene } from './scene.ts'

export function pageReply(scene: Scene, page: PageNotice): Message {
  return message(`E-${scene.escalation.id} ${page.reason}`)
}
