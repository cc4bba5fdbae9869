// What the composer offers while somebody types: commands after "/", people, groups and channels after "@" and "#".
import { act, current } from './state.ts'
import { tell } from './surfaces.ts'
import { mentionable } from './writing.ts'

export interface Offer {
  name: string
  hint: string
  detail: string
  /** What takes the place of what was typed. */
  insert: string
  /** A global shortcut is not typed but run. */
  run?: () => void
}

export interface Offers {
  /** Where the typed word begins. */
  from: number
  list: Offer[]
}

const NONE: Offers = { from: 0, list: [] }

export function offersFor(text: string, caret: number): Offers {
  const before = text.slice(0, caret)
  if (/^\/[\w-]*$/.test(before))
    return { from: 0, list: [...commands(before), ...shortcuts(before.slice(1))] }
  const word = /(?:^|\s)([@#][\w-]*(?: [\w-]*)?)$/.exec(before)?.[1]
  if (word !== undefined) return { from: caret - word.length, list: names(word) }
  return NONE
}

/** The commands of all apps, with how to use them. */
function commands(typed: string): Offer[] {
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

const shortcuts = (typed: string): Offer[] =>
  (current()?.snap.apps ?? []).flatMap((app) =>
    app.shortcuts
      .filter((shortcut) => shortcut.type === 'global')
      .filter((shortcut) => shortcut.name.toLowerCase().includes(typed.toLowerCase()))
      .map((shortcut) => ({
        name: shortcut.name,
        hint: '',
        detail: `${shortcut.description} · ${app.name}`,
        insert: '',
        run: () => void runShortcut(shortcut.callback_id),
      })),
  )

async function runShortcut(callbackId: string): Promise<void> {
  const as = current()?.snap.me.id
  if (as !== undefined) tell(await act({ type: 'global_shortcut', as, callback_id: callbackId }))
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
