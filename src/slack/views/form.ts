/** What Slack hands over when a form is submitted: `view.state.values`, by block id and then by action id. */
export type FormValues = Readonly<Record<string, Readonly<Record<string, FormValue>>>>

type FormValue = {
  value?: string | null | undefined
  selected_option?: { value: string } | null | undefined
  selected_user?: string | null | undefined
  selected_date_time?: number | null | undefined
}

/** A form as data, or the sentence to show at each input (by block id) that has to be put right. */
export type Read<T> = { ok: true; data: T } | { ok: false; errors: Record<string, string> }

/** Collects what is wrong while a form is read, so that all of it is said at once. */
export class Reading {
  readonly errors: Record<string, string> = {}
  readonly #values: FormValues

  constructor(values: FormValues) {
    this.#values = values
  }

  /** A text that may be left empty; null when nothing but spaces was typed. */
  text(id: string): string | null {
    const typed = this.#input(id).value?.toWellFormed().replaceAll('\0', '').trim()
    return typed ? typed : null
  }

  /** A text that must say something. */
  required(id: string, problem: string): string {
    return this.text(id) ?? this.#refuse(id, problem)
  }

  /** The chosen option. */
  choice(id: string, problem: string): string {
    return this.#input(id).selected_option?.value ?? this.#refuse(id, problem)
  }

  /** The chosen person. */
  person(id: string, problem: string): string {
    return this.#input(id).selected_user ?? this.#refuse(id, problem)
  }

  /** The chosen instant; null when none was. */
  instant(id: string): Date | null {
    const seconds = this.#input(id).selected_date_time
    return seconds ? new Date(seconds * 1000) : null
  }

  refuse(id: string, problem: string): void {
    this.#refuse(id, problem)
  }

  /** The data, if nothing was refused. */
  done<T>(data: T): Read<T> {
    return Object.keys(this.errors).length > 0 ? { ok: false, errors: this.errors } : { ok: true, data }
  }

  #input(id: string): FormValue {
    return this.#values[id]?.[id] ?? {}
  }

  #refuse(id: string, problem: string): string {
    this.errors[id] = problem
    return ''
  }
}
