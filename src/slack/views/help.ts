import { context, message, section } from '../blocks.ts'
import type { Message } from '../blocks.ts'

const commands = [
  ['/escalate', 'opens the form'],
  ['/escalate T-9 critical checkout is down', 'opens it filled in: ticket, severity, summary'],
  ['/escalate list', 'what is open, the most urgent first'],
  ['/escalate show E-12', 'one escalation and what happened to it'],
  ['/escalate on-call', 'who is on call now'],
  ['/escalate policy', 'who is asked when, and what was promised'],
  ['/escalate digest', 'what broke since the last digest, and what is due today'],
  ['/escalate help', 'this'],
] as const

/** What can be done and how, to the person alone. */
export function help(): Message {
  const rows = commands.map(([command, does]) => `\`${command}\`: ${does}`)
  const shortcut =
    'On any message, *More actions › Escalate to a human* opens the form filled in from it and its thread.'
  const text = `How to use Belay. ${commands.map(([command, does]) => `${command}: ${does}`).join('. ')}.`
  return message(text, [
    section(
      '*Belay holds every escalated ticket until a named person has it, and the customer has been told.*',
    ),
    section(rows.join('\n')),
    context(shortcut, 'Only you can see this.'),
  ])
}
