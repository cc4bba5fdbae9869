import type { Message } from '../blocks.ts'
import { message } from '../blocks.ts'
import type { DirectNotice, Scene } from './scene.ts'

export function direct(scene: Scene, notice: DirectNotice): Message {
  return message(`E-${scene.escalation.id} ${notice.about}`)
}
