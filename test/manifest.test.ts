import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { command, shortcut } from '#slack/listeners/index.ts'
import { methods } from '../sandbox/methods/index.ts'
import { httpManifest } from '../scripts/http-manifest.ts'

const root = new URL('../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

type Manifest = {
  features: { slash_commands: { command: string }[]; shortcuts: { callback_id: string; type: string }[] }
  oauth_config: { scopes: { bot: string[] } }
  settings: {
    event_subscriptions: { bot_events: string[] }
    interactivity: { is_enabled: boolean }
    socket_mode_enabled: boolean
  }
}
const manifest = parse(read('manifest.yml')) as Manifest
const { bot: scopes } = manifest.oauth_config.scopes
const { bot_events: events } = manifest.settings.event_subscriptions

/** All of our source without its comments. */
const source = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => read(`src/${path}`).replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, ''))
  .join('\n')

/** Slack's methods that we call: `reads.users.info(…)`, or taken out of their family: `{ history } = reads.conversations`. */
const used = Object.keys(methods).filter((method) => {
  const [, family = '', name = ''] = /^(.+)\.(\w+)$/.exec(method) ?? []
  const taken = new RegExp(`\\{[^}]*\\b${name}\\b[^}]*\\} = [\\w.]*\\b${family.replaceAll('.', '\\.')}\\n`)
  return source.includes(`.${method}(`) || taken.test(source)
})

const historyOf: Record<string, string> = {
  'message.channels': 'channels:history',
  'message.groups': 'groups:history',
  'message.im': 'im:history',
}

it('is held against methods that are really called', () => {
  expect(used).toEqual(
    expect.arrayContaining([
      'chat.postMessage',
      'chat.update',
      'views.open',
      'users.info',
      'conversations.history',
    ]),
  )
})

it('has the command and the shortcut that we listen to, and no others', () => {
  expect(manifest.features.slash_commands.map((one) => one.command)).toEqual([command])
  expect(manifest.features.shortcuts).toMatchObject([{ callback_id: shortcut, type: 'message' }])
  expect(manifest.settings).toMatchObject({ interactivity: { is_enabled: true }, socket_mode_enabled: true })
})

it('subscribes to the events that are handled, and to no others', () => {
  const handled = [...read('src/slack/listeners/events.ts').matchAll(/^ {4}case '(\w+)':/gm)].map(
    ([, name]) => name,
  )
  expect(new Set(events.map((event) => event.split('.')[0]))).toEqual(new Set(handled))
})

it('asks for a scope for every method that is called', () => {
  const without = used.filter((method) => {
    const { scopes: any, token } = methods[method]!
    return token === 'bot' && any.length > 0 && !any.some((scope) => scopes.includes(scope))
  })
  expect(without).toEqual([])
  expect(events.map((event) => historyOf[event]).filter((scope) => scope && !scopes.includes(scope))).toEqual(
    [],
  )
})

it('asks for no scope that nothing needs', () => {
  const needed = new Set([
    'commands',
    ...used.flatMap((method) => methods[method]!.scopes),
    ...events.map((event) => historyOf[event]),
  ])
  expect(scopes.filter((scope) => !needed.has(scope))).toEqual([])
})

it('has a twin for HTTP mode, which is generated', async () => {
  expect(read('manifest.http.yml')).toBe(await httpManifest())
})
