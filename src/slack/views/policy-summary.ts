import type { PolicyDocument } from '../../domain/policy.ts'
import type { Message } from '../blocks.ts'
import { message } from '../blocks.ts'

export function policySummary(
  document: PolicyDocument,
  names: ReadonlyMap<string, string> = new Map(),
): Message {
  return message(`${document.timezone} ${names.size}`)
}
