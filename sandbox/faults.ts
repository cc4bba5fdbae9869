import { Fault, type FaultView } from './protocol.ts'

/** What is set to go wrong. */
export class Faults {
  #list: FaultView[] = []
  #count = 0

  add(fault: Fault): FaultView {
    const view = { ...Fault.parse(fault), id: `F${++this.#count}`, hits: 0 }
    this.#list.push(view)
    return view
  }

  remove(id?: string): void {
    this.#list = id ? this.#list.filter((fault) => fault.id !== id) : []
  }

  list(): FaultView[] {
    return this.#list.map((fault) => ({ ...fault }))
  }

  /** The fault that this call runs into; counts it. */
  hit(on: string, when: 'before' | 'after', channel: string | undefined): FaultView['effect'] | undefined {
    if (this.#list.length === 0) return undefined
    const fault = this.#list.find(
      (candidate) =>
        candidate.when === when &&
        matches(candidate.on, on) &&
        (!candidate.channel || candidate.channel === channel),
    )
    if (!fault) return undefined
    fault.hits++
    if (fault.times && fault.hits >= fault.times) this.remove(fault.id)
    return fault.effect
  }
}

function matches(pattern: string, name: string): boolean {
  if (pattern === '*') return !name.startsWith('event:')
  return pattern === name || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)))
}
