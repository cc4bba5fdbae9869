#!/usr/bin/env node
import { Command } from 'commander'
import { check } from './cli/check.ts'
import { Stop } from './cli/output.ts'
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

await program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof Stop)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error.exitCode
})
