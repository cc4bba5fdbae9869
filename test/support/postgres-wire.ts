/** As much of PostgreSQL's protocol as it takes to tell statements and their ends apart. */

/** The first whole message of what has come, or null while it is not all there. A client's very first has no type. */
export function messageIn(bytes: Buffer, hasType: boolean): Buffer | null {
  const at = hasType ? 1 : 0
  if (bytes.length < at + 4) return null
  const length = at + bytes.readUInt32BE(at)
  return bytes.length < length ? null : bytes.subarray(0, length)
}

/** The SQL that a client's message carries (a simple query, or one to be parsed); null for all others. */
export function statementIn(message: Buffer): string | null {
  const type = String.fromCharCode(message[0] ?? 0)
  const strings = message.toString('utf8', 5).split('\0')
  if (type === 'Q') return strings[0] ?? null
  return type === 'P' ? (strings[1] ?? null) : null
}

/**
 * The types of the server's messages, in order, such as `12TDDCZ`: `D` is a row, and with `Z` (`ReadyForQuery`) a
 * statement is over and its answer whole.
 */
export function typesIn(answer: Buffer): string {
  const message = messageIn(answer, true)
  return message ? String.fromCharCode(message[0]!) + typesIn(answer.subarray(message.length)) : ''
}
