import type { Message } from '../blocks.ts'
import { message } from '../blocks.ts'

export function alarm(problem: string): Message {
  return message(problem)
}
