/** A refusal of the Web API: `{ ok: false, error, … }`. */
export class SlackError extends Error {
  readonly code: string
  readonly extra: Record<string, unknown>

  constructor(code: string, extra: Record<string, unknown> = {}) {
    super(code)
    this.code = code
    this.extra = extra
  }
}
