import type { JournalEntry } from './protocol.ts'

const KEPT = 5_000

/** What happened at the door, newest last; the oldest fall off. */
export class Journal {
  #entries: JournalEntry[] = []
  #count = 0
  #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
  }

  add(entry: Omit<JournalEntry, 'id' | 'at'>): JournalEntry {
    const full = { id: ++this.#count, at: this.#now().toISOString(), ...entry }
    this.#entries.push(full)
    if (this.#entries.length > KEPT * 2) this.#entries = this.#entries.slice(-KEPT)
    return full
  }

  list(filter: Partial<JournalEntry> = {}): JournalEntry[] {
    const wanted = Object.entries(filter)
    return this.#entries.filter((entry) =>
      wanted.every(([key, value]) => entry[key as keyof JournalEntry] === value),
    )
  }

  clear(): void {
    this.#entries = []
  }
}
