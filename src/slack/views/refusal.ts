import type { Refusal } from '../../domain/outcome.ts'
import type { Message } from '../blocks.ts'
import { message } from '../blocks.ts'
import type { Scene } from './scene.ts'

export function refusal(refused: Refusal, scene: Scene | null): Message {
  return message(`E-${scene?.escalation.id} ${refused.kind}`)
}
