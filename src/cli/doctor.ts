import { formatConfigProblems, readConfig } from '../config.ts'
import type { Config } from '../config.ts'
import type { PolicyDocument } from '../domain/policy.ts'
import { formatProblems, readPolicyFile } from '../policy-file.ts'
import { beyondFindings } from './doctor-beyond.ts'
import { databaseFindings } from './doctor-database.ts'
import { slackFindings } from './doctor-slack.ts'
import { note, ok, problem } from './finding.ts'
import type { Finding } from './finding.ts'
import { print } from './output.ts'

/** `belay doctor`: looks at everything that Belay stands on. Exit code 1 when something is wrong. */
export async function doctor(): Promise<void> {
  const { config, findings } = environment()
  say(findings)
  const policy = await policyFindings(process.env['BELAY_POLICY']?.trim() || 'belay.yml')
  say(policy.findings)
  const database = await databaseFindings()
  say(database)
  const slack = config ? await slackFindings(config.slack, policy.document) : []
  say(slack)
  const beyond = policy.document ? await beyondFindings(policy.document) : []
  say(beyond)
  const problems = [...findings, ...policy.findings, ...database, ...slack, ...beyond].filter(
    ({ kind }) => kind === 'problem',
  )
  if (problems.length === 0) return print('', 'Everything is in order.')
  print('', problems.length === 1 ? 'There is 1 problem.' : `There are ${problems.length} problems.`)
  process.exitCode = 1
}

function say(findings: readonly Finding[]): void {
  for (const { kind, what, todo } of findings) {
    print(`${(kind === 'problem' ? 'PROBLEM' : kind).padEnd(7)}  ${what}`)
    if (todo) print(`         ${todo.replaceAll('\n', '\n         ')}`)
  }
}

function environment(): { config: Config | null; findings: Finding[] } {
  const read = readConfig(process.env)
  if (read.ok)
    return {
      config: read.config,
      findings: [ok(`the environment: ${read.config.slack.mode === 'socket' ? 'Socket Mode' : 'HTTP mode'}`)],
    }
  const todo = `Set these variables:\n${formatConfigProblems(read.problems)}`
  return {
    config: null,
    findings: [problem('the environment is not complete, so Slack was not asked', todo)],
  }
}

async function policyFindings(
  path: string,
): Promise<{ document: PolicyDocument | null; findings: Finding[] }> {
  const read = await readPolicyFile(path, process.env)
  if (read.ok)
    return { document: read.document, findings: [ok(`the policy ${path}`), ...policyNotes(read.document)] }
  return {
    document: null,
    findings: [problem(`the policy ${path} can't be used`, formatProblems(path, read.problems))],
  }
}

function policyNotes({ admins, digest, tiers }: PolicyDocument): Finding[] {
  const silent = Object.entries(tiers).filter(
    ([, { on_call, mention }]) => on_call.length + mention.length === 0,
  )
  return [
    ...(admins.length === 0
      ? [note('the policy names no admins: the fallback channel is told, but nobody is mentioned there')]
      : []),
    ...(digest ? [] : [note('the policy has no digest')]),
    ...silent.map(([name]) => note(`tier ${name} asks nobody by name: its pages only stand in the channel`)),
  ]
}
