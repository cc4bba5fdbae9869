import type { Happened } from '../../domain/escalation.ts'
import type { Message } from '../blocks.ts'
import { message } from '../blocks.ts'
import type { Scene } from './scene.ts'

export function show(scene: Scene, entries: readonly Happened[]): Message {
  return message(`E-${scene.escalation.id} ${entries.length}`)
}
