#!/usr/bin/env node
import { Command } from 'commander'
import { Stop } from './cli/output.ts'
import type { SimulateOptions } from './cli/simulate.ts'
import { instantForms } from './cli/times.ts'

/** The operator's command line: the table of contents. Each command is a file in cli/, loaded when it is asked for. */
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
  .action(async (file: string | undefined, options: { json?: boolean }) =>
    (await import('./cli/check.ts')).check(file, options, new Date()),
  )

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
  .action(async (options: SimulateOptions) =>
    (await import('./cli/simulate.ts')).simulate(options, new Date()),
  )

program
  .command('explain')
  .description('Why is each promise due when it is, what happens next and why, and what has happened?')
  .argument('<escalation>', 'such as E-12')
  .action(async (escalation: string) => (await import('./cli/explain.ts')).explain(escalation, new Date()))

program
  .command('doctor')
  .description(
    'Look at everything that Belay stands on: environment, policy, database, Slack. Exit code 1 on problems.',
  )
  .action(async () => (await import('./cli/doctor.ts')).doctor())

program
  .command('migrate')
  .description("Bring the database's tables up to date, as a start would.")
  .action(async () => (await import('./cli/migrate.ts')).migrate())

const quarantine = program
  .command('quarantine')
  .description('Escalations that the clock could not decide and leaves alone until somebody looks.')

quarantine
  .command('list')
  .description('Which ones, since when, and why.')
  .action(async () => (await import('./cli/quarantine.ts')).listQuarantined())

quarantine
  .command('release')
  .description('Put them back under the clock.')
  .argument('<escalation...>', 'such as E-12')
  .action(async (all: string[]) => (await import('./cli/quarantine.ts')).release(all))

await program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof Stop)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error.exitCode
})
