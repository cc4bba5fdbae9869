#!/usr/bin/env node
import { Command } from 'commander'
import { check } from './cli/check.ts'
import { doctor } from './cli/doctor.ts'
import { explain } from './cli/explain.ts'
import { migrate } from './cli/migrate.ts'
import { Stop } from './cli/output.ts'
import { listQuarantined, release } from './cli/quarantine.ts'
import { simulate } from './cli/simulate.ts'
import type { SimulateOptions } from './cli/simulate.ts'
import { instantForms } from './cli/times.ts'

/** The operator's command line: the table of contents. Each command is a file in cli/. */
const program = new Command('belay')
  .description(
    'Looks after Belay: checks its policy and its surroundings, and explains what it does and would do.',
  )
  .showHelpAfterError('Run it with --help to see what it takes.')

program
  .command('check')
  .description('Check a policy file: what it says in short, or everything that is wrong with it.')
  .argument('[file]', 'the policy file; default: BELAY_POLICY, or belay.yml')
  .option('--json', 'for machines')
  .action((file: string | undefined, options: { json?: boolean }) => check(file, options, new Date()))

program
  .command('simulate')
  .description('Who would be paged, and when, if this ticket came in and nobody answered?')
  .option('--plan <plan>', "the customer's plan")
  .option('--severity <severity>', 'the severity that the ticket names')
  .option(
    '--tag <tag>',
    'a tag of the ticket; may be given again',
    (tag, tags: string[]) => [...tags, tag],
    [],
  )
  .option('--source <source>', 'where the ticket comes from', 'generic')
  .option('--subject <subject>', 'what the ticket is about', '')
  .option('--at <instant>', `when: ${instantForms}; local times are in the policy's zone`, 'now')
  .option('--policy-file <file>', 'the policy file; default: BELAY_POLICY, or belay.yml')
  .option('--json', 'for machines')
  .action((options: SimulateOptions) => simulate(options, new Date()))

program
  .command('explain')
  .description('Why is each promise due when it is, what happens next and why, and what has happened?')
  .argument('<escalation>', 'such as E-12')
  .action((escalation: string) => explain(escalation, new Date()))

program
  .command('doctor')
  .description(
    'Look at everything that Belay stands on: environment, policy, database, Slack. Exit code 1 on problems.',
  )
  .action(doctor)

program
  .command('migrate')
  .description("Bring the database's tables up to date, as a start would.")
  .action(migrate)

const quarantine = program
  .command('quarantine')
  .description('Escalations that the clock could not decide and leaves alone until somebody looks.')

quarantine.command('list').description('Which ones, since when, and why.').action(listQuarantined)

quarantine
  .command('release')
  .description('Put them back under the clock.')
  .argument('<escalation...>', 'such as E-12')
  .action(release)

await program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof Stop)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error.exitCode
})
