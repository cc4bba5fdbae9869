import { generic } from './generic.ts'
import type { Source } from './source.ts'

/** Every ticket system we understand, by the name it has in the policy file and in `POST /hooks/<name>`. */
export const sources: ReadonlyMap<string, Source> = new Map([['generic', generic]])
