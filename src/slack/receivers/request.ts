import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** Slack's own bodies are far smaller. */
const mostBytes = 1024 * 1024
const mostSkewS = 5 * 60
const form = 'application/x-www-form-urlencoded'

/** The request cannot be taken, and this is its status. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The raw bytes of a request, at most 1 MiB of them. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > mostBytes) reject(tooLarge())
      else chunks.push(chunk)
    })
    request.on('end', resolve)
    for (const end of ['error', 'close'])
      request.on(end, () => {
        if (!request.readableEnded) reject(new Refused(400, 'the request was cut off'))
      })
  })
  return Buffer.concat(chunks)
}

/** Refuses bytes that another way than readBody brought in and that are too many. */
export function checkSize(raw: Buffer): Buffer {
  if (raw.length > mostBytes) throw tooLarge()
  return raw
}

type Signed = { headers: IncomingHttpHeaders; raw: Buffer; secret: string; now: Date }

/** Refuses what Slack did not sign, and what it signed long ago or, by its own clock, has yet to sign. */
export function checkSignature({ headers, raw, secret, now }: Signed): void {
  const stamp = headers['x-slack-request-timestamp']
  const given = headers['x-slack-signature']
  if (typeof stamp !== 'string' || typeof given !== 'string' || !/^\d{1,12}$/.test(stamp))
    throw new Refused(401, 'not signed')
  if (Math.abs(now.getTime() / 1000 - Number(stamp)) > mostSkewS)
    throw new Refused(401, 'signed at another time: is the clock right?')
  const expected = `v0=${createHmac('sha256', secret).update(`v0:${stamp}:`).update(raw).digest('hex')}`
  if (!isSame(expected, given)) throw new Refused(401, 'signed with another secret')
}

/** Slack's test of our certificate. It is not signed, so nothing but this flag is looked at. */
export function isSslCheck(headers: IncomingHttpHeaders, raw: Buffer): boolean {
  return isForm(headers) && raw.length < 4096 && new URLSearchParams(raw.toString()).get('ssl_check') === '1'
}

/** The payload: JSON, a form, or JSON in a form's `payload`. */
export function parseBody(headers: IncomingHttpHeaders, raw: Buffer): unknown {
  const text = raw.toString()
  if (!isForm(headers)) return parseJson(text)
  const fields = new URLSearchParams(text)
  const payload = fields.get('payload')
  return payload === null ? Object.fromEntries(fields) : parseJson(payload)
}

/** Which repeat of an event this is, and why Slack repeats it. */
export function retryOf(headers: IncomingHttpHeaders): { retryNum?: number; retryReason?: string } {
  const number = Number.parseInt(String(headers['x-slack-retry-num']), 10)
  const reason = headers['x-slack-retry-reason']
  return {
    ...(Number.isNaN(number) ? {} : { retryNum: number }),
    ...(typeof reason === 'string' ? { retryReason: reason } : {}),
  }
}

/** With or without a charset. */
function isForm(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() === form
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refused(400, 'not JSON')
  }
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function tooLarge(): Refused {
  return new Refused(413, 'larger than 1 MiB')
}
