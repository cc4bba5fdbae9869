import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

/** An e-mail as it arrived. `headers` by lower-case name. */
export type Mail = { to: string[]; subject: string; id: string; text: string; headers: Map<string, string> }

/** A mail server on loopback that takes mail from `belay` with a password. */
export type MailServer = AsyncDisposable & {
  url: string
  /** What arrived since this was last asked. */
  arrived: () => Mail[]
  /** From now on this address is refused with 550, or not any more. */
  refuse: (address: string, isRefused?: boolean) => void
  /** From now on it answers nothing once it has a mail, until this is called. */
  hold: () => () => void
  /** Nobody listens any more, or again, at the same address. */
  down: () => Promise<void>
  up: () => Promise<void>
}

export async function startMailServer(): Promise<MailServer> {
  const mails: Mail[] = []
  const refused = new Set<string>()
  let held: (() => void)[] | null = null
  const made = () => serverFor(mails, refused, (done) => (held ? void held.push(done) : done()))
  let server = made()
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server.server, 'listening')
    return (server.server.address() as AddressInfo).port
  }
  const down = () => new Promise<void>((closed) => server.close(closed))
  const port = await listen(0)
  return {
    url: `smtp://belay:secret@127.0.0.1:${port}`,
    arrived: () => mails.splice(0),
    refuse: (address, isRefused = true) => void refused[isRefused ? 'add' : 'delete'](address),
    hold: () => {
      held = []
      return () => {
        for (const done of held ?? []) done()
        held = null
      }
    },
    down,
    up: async () => {
      server = made()
      await listen(port)
    },
    [Symbol.asyncDispose]: down,
  }
}

function serverFor(
  mails: Mail[],
  refused: ReadonlySet<string>,
  answer: (done: () => void) => void,
): SMTPServer {
  return new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'belay' && password === 'secret' ? done(null, { user: username }) : done(new Error('no')),
    onRcptTo: ({ address }, _session, done) =>
      refused.has(address)
        ? done(Object.assign(new Error('no such mailbox'), { responseCode: 550 }))
        : done(),
    onData: (stream, { envelope }, done) => {
      const parts: Buffer[] = []
      stream
        .on('data', (part: Buffer) => parts.push(part))
        .on('end', () => {
          const to = envelope.rcptTo.map(({ address }) => address)
          mails.push(mailOf(Buffer.concat(parts).toString(), to))
          answer(done)
        })
    },
  })
}

function mailOf(source: string, to: string[]): Mail {
  const end = source.indexOf('\r\n\r\n')
  const unfolded = source.slice(0, end).replaceAll(/\r\n[ \t]+/g, ' ')
  const headers = new Map(
    unfolded.split('\r\n').map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
    }),
  )
  const header = (name: string) => headers.get(name) ?? ''
  const body = source.slice(end + 4).replaceAll('\r\n', '\n')
  const isQuoted = header('content-transfer-encoding') === 'quoted-printable'
  return {
    to,
    headers,
    subject: header('subject'),
    id: header('message-id'),
    text: isQuoted ? unquoted(body) : body,
  }
}

function unquoted(body: string): string {
  const bytes = body.replaceAll('=\n', '').replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => `%${hex}`)
  return decodeURIComponent(bytes.replaceAll(/%(?![0-9A-F]{2})/g, '%25'))
}
