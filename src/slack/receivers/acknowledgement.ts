/** How long Slack waits before it tells the person that the app did not answer. */
export const patienceMs = 3_000

type Options = {
  /** Says it to Slack. */
  send: (answer: unknown) => void | Promise<void>
  /** Called once when nobody acknowledged in time, or when a second acknowledgement came. */
  complain: (what: 'late' | 'again') => void
  /** Default: Slack's patience. */
  mostMs?: number
}

/** The one answer to one payload. It is sent as soon as a listener gives it, and only the first counts. */
export class Acknowledgement implements Disposable {
  readonly #send: Options['send']
  readonly #complain: Options['complain']
  readonly #late: NodeJS.Timeout
  #given = false

  constructor({ send, complain, mostMs = patienceMs }: Options) {
    this.#send = send
    this.#complain = complain
    this.#late = setTimeout(() => complain('late'), mostMs)
  }

  /** Whether a listener has acknowledged. */
  get given(): boolean {
    return this.#given
  }

  /** What listeners get as `ack`. */
  readonly ack = async (answer?: unknown): Promise<void> => {
    if (this.#given) return this.#complain('again')
    this.#given = true
    clearTimeout(this.#late)
    await this.#send(answer)
  };

  [Symbol.dispose](): void {
    clearTimeout(this.#late)
  }
}
