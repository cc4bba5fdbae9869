import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { messageIn, statementIn, typesIn } from './postgres-wire.ts'

/**
 * A moment on the line: a statement that PostgreSQL has not heard yet, or its answer, which Belay has not heard yet.
 * `since`: what must have been said before in the same transaction, such as the insert whose commit is meant.
 * `withRows`: only an answer that found something.
 */
export type Moment = { hold: 'statement' | 'answer'; of: RegExp; since?: RegExp; withRows?: boolean }

/** A line to the database that can be cut or fall silent, and be mended. */
export type Line = AsyncDisposable & {
  url: string
  cut: () => void
  silence: () => void
  mend: () => void
  /** From this moment on nothing passes in either direction. Resolves when it has come. */
  stopAt: (moment: Moment) => Promise<void>
  /** What was stopped goes on, as if the network had been slow. */
  goOn: () => void
}

/** What a line does now, and the moment it waits for. */
type Rule = { state: 'well' | 'cut' | 'silent'; moment: Moment | null; reached: () => void }

/** Stands between Belay and its database. Cut, it hangs up on whoever calls; silent, it takes the call and says nothing. */
export async function databaseLine(url: string): Promise<Line> {
  const { hostname, port } = new URL(url)
  const rule: Rule = { state: 'well', moment: null, reached: () => {} }
  const calls = new Map<Socket, Call | null>()
  // A message is several small writes: none of them waits for the other side to acknowledge the one before.
  const server = createServer({ noDelay: true }, (caller) => {
    if (rule.state === 'cut') return void caller.destroy()
    const isHeard = rule.state === 'well'
    calls.set(caller, isHeard ? call(caller, Number(port || 5432), unbracketed(hostname), rule) : null)
    caller.on('error', () => caller.destroy()).on('close', () => calls.delete(caller))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const line = new URL(url)
  line.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const become = (state: Rule['state']) => Object.assign(rule, { state, moment: null })
  const hangUp = () => [...calls.keys()].forEach((caller) => caller.destroy())
  return {
    url: line.href,
    cut: () => {
      become('cut')
      hangUp()
    },
    silence: () => become('silent'),
    mend: () => {
      become('well')
      hangUp()
    },
    stopAt: (moment) => new Promise((reached) => Object.assign(rule, { moment, reached })),
    goOn: () => {
      rule.state = 'well'
      for (const one of calls.values()) one?.goOn()
    },
    [Symbol.asyncDispose]: async () => {
      hangUp()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}

const unbracketed = (host: string) => host.replaceAll(/[[\]]/g, '')

type Call = { goOn: () => void }

/** One connection, message by message, until the moment comes that the rule waits for. */
function call(caller: Socket, port: number, host: string, rule: Rule): Call {
  const callee = connect({ port, host, noDelay: true })
  callee.on('error', () => caller.destroy()).on('close', () => caller.destroy())
  caller.on('close', () => callee.destroy())
  const watch = watching(rule)
  const ask = flow(caller, callee, rule, { isTyped: false, see: watch.statement })
  const answer = flow(callee, caller, rule, { isTyped: true, see: watch.answer })
  return {
    goOn: () => {
      ask()
      answer()
    },
  }
}

/** What to do with the next message: hand it on, or wait for more. */
type See = (message: Buffer, waiting: Buffer) => 'pass' | 'wait'

/** Looks for the moment on one connection, and silences the line when it has come. */
function watching(rule: Rule): { statement: See; answer: See } {
  let said: string[] = []
  let awaited: Moment | null = null
  const stop = () => {
    Object.assign(rule, { state: 'silent', moment: null })
    awaited = null
    rule.reached()
  }
  return {
    statement: (message) => {
      const statement = statementIn(message)
      if (statement === null) return 'pass'
      if (/^begin/i.test(statement)) said = []
      const { moment } = rule
      const isIt =
        moment?.of.test(statement) && (!moment.since || said.some((one) => moment.since?.test(one)))
      said.push(statement)
      if (isIt && moment?.hold === 'statement') stop()
      else if (isIt) awaited = moment
      return 'pass'
    },
    answer: (_, waiting) => {
      if (!awaited) return 'pass'
      const types = typesIn(waiting)
      if (!types.includes('Z')) return 'wait'
      if (!awaited.withRows || types.includes('D')) stop()
      awaited = null
      return 'pass'
    },
  }
}

/** Hands on what comes, a message at a time, as long as all is well. Returns how to go on. */
function flow(from: Socket, to: Socket, rule: Rule, how: { isTyped: boolean; see: See }): () => void {
  let waiting = Buffer.alloc(0)
  let { isTyped } = how
  const isWell = () => rule.state === 'well'
  const pass = () => {
    for (let next = messageIn(waiting, isTyped); next; next = messageIn(waiting, isTyped)) {
      if (!isWell() || how.see(next, waiting) === 'wait' || !isWell()) return
      to.write(next)
      waiting = waiting.subarray(next.length)
      isTyped = true
    }
  }
  from.on('data', (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk])
    pass()
  })
  return pass
}
