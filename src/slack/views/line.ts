import type { Event } from '../../domain/escalation.ts'
import type { Message } from '../blocks.ts'
import { message } from '../blocks.ts'
import type { Scene } from './scene.ts'

export function line(scene: Scene, event: Event, at: Date): Message {
  return message(`E-${scene.escalation.id} ${event.kind} ${at.toISOString()}`)
}
