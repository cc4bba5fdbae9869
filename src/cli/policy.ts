import { formatConfigProblems, readSettings } from '../config.ts'
import type { Settings } from '../config.ts'
import type { PolicyDocument } from '../domain/policy.ts'
import { formatProblems, readPolicyFile } from '../policy-file.ts'
import { Stop } from './output.ts'

/** The environment that every command needs; stops with all that is wrong with it. */
export function settings(): Settings {
  const read = readSettings(process.env)
  if (read.ok) return read.settings
  throw new Stop(`The environment has problems.\n${formatConfigProblems(read.problems)}`)
}

/** The policy in a file, by default the one Belay runs with; stops with all that is wrong with it. */
export async function policyIn(file: string = settings().policy): Promise<PolicyDocument> {
  const read = await readPolicyFile(file, process.env)
  if (read.ok) return read.document
  throw new Stop(`The policy has problems.\n${formatProblems(file, read.problems)}`)
}
