// What the composer offers while somebody types: commands after "/", people, groups and channels after "@" and "#".
import { current } from './state.ts'
import { mentionable } from './writing.ts'

export interface Offer {
  name: string
  hint: string
  detail: string
  /** What takes the place of what was typed. */
  insert: string
}

export interface Offers {
  /** Where the typed word begins. */
  from: number
  list: Offer[]
}

const NONE: Offers = { from: 0, list: [] }

export function offersFor(text: string, caret: number): Offers {
  const before = text.slice(0, caret)
  if (/^\/[\w-]*$/.test(before)) return { from: 0, list: commands(before) }
  const word = /(?:^|\s)([@#][\w-]*(?: [\w-]*)?)$/.exec(before)?.[1]
  if (word !== undefined) return { from: caret - word.length, list: names(word) }
  return NONE
}

/** The commands of all apps, with how to use them. */
export function commands(typed: string): Offer[] {
  return (current()?.snap.apps ?? []).flatMap((app) =>
    app.commands
      .filter((command) => command.command.startsWith(typed))
      .map((command) => ({
        name: command.command,
        hint: command.usage_hint,
        detail: `${command.description}${command.description ? ' · ' : ''}${app.name}`,
        insert: `${command.command} `,
      })),
  )
}

function names(typed: string): Offer[] {
  const wanted = typed.toLowerCase()
  return mentionable()
    .filter(
      ({ name }) =>
        name.toLowerCase().startsWith(wanted) || name.toLowerCase().includes(` ${wanted.slice(1)}`),
    )
    .filter(({ name }) => name.startsWith(typed.slice(0, 1)))
    .sort((a, b) => a.name.localeCompare(b.name))
    .slice(0, 8)
    .map(({ name, detail }) => ({ name, hint: '', detail, insert: `${name} ` }))
}
