import type * as fc from 'fast-check'
import type { Fleet } from './fleet.ts'

/** What everybody who stands around Belay knows in one run: what they were told, and what is broken. */
export type Model = {
  /** The run's own, so that runs share a world. */
  readonly run: string
  /** How many tickets were thought of. */
  thought: number
  /** Tickets whose escalation was promised: the source was answered 2xx, or the form was accepted. */
  kept: { ticket: string; name: string | null }[]
  replicas: number
  /** The mail server is there. What goes beyond Slack stands in nobody's way. */
  hasMail: boolean
  /** What is broken now, by name. */
  readonly broken: Set<string>
  readonly archived: Set<string>
  /** Who left the workspace, and whoever is back. */
  readonly left: Set<string>
  /** Somebody could not read a channel's history for a while: then a page may come twice, and says so. */
  unreadable: boolean
}

export function newModel(run: string): Model {
  return {
    run,
    thought: 0,
    kept: [],
    replicas: 1,
    hasMail: true,
    broken: new Set(),
    archived: new Set(),
    left: new Set(),
    unreadable: false,
  }
}

/** Nothing stands in anybody's way: what a person does now must work, or be refused in words. */
export function isWell({ replicas, broken }: Model): boolean {
  return replicas > 0 && broken.size === 0
}

export type Command = fc.AsyncCommand<Model, Fleet>

/** A command by the words that tell it in a counterexample. */
export function command(
  words: string,
  run: (model: Model, fleet: Fleet) => Promise<void>,
  check: (model: Readonly<Model>) => boolean = () => true,
): Command {
  return { toString: () => words, check, run }
}

/** Somebody tries something. It may fail only while something is broken. */
export async function tries(model: Model, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (isWell(model)) throw error
  }
}
