import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startSandbox } from '../../sandbox/index.ts'
import type { Change, Sandbox, Snapshot } from '../../sandbox/protocol.ts'
import { httpApp, RawSocket } from './app-stub.ts'

let sandbox: Sandbox

beforeEach(async () => {
  sandbox = await startSandbox({ now: new Date('2026-11-22T09:00:00Z'), frozen: true })
})

afterEach(() => sandbox.close())

async function call(
  path: string,
  body?: unknown,
): Promise<{ status: number; answer: Record<string, unknown> }> {
  const init =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(`${sandbox.url}sandbox/${path}`, init)
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> }
}

describe('the control API', () => {
  it('shows each person what that person sees', async () => {
    sandbox.seed({ channels: [{ id: 'C0SECRET', name: 'secret', private: true, members: ['U0HEAD'] }] })
    await call('act', { type: 'post', as: 'U0HEAD', channel: 'C0SECRET', text: 'hush' })
    const { answer } = await call('act', {
      type: 'post',
      as: 'U0HEAD',
      channel: '#support',
      text: 'hello @support-agent',
    })
    expect(answer).toMatchObject({ ok: true, channel: 'C0SUPPORT' })
    const seen = (await call('state?as=U0AGENT')).answer as unknown as Snapshot
    expect(seen.channels.map((channel) => channel.id)).not.toContain('C0SECRET')
    expect(seen.messages['C0SUPPORT']).toMatchObject([
      { text: 'hello <@U0AGENT>', user: 'U0HEAD', ephemeral: false },
    ])
    expect(seen.channels.find((channel) => channel.id === 'C0SUPPORT')).toMatchObject({
      unread: 1,
      mentions: 1,
    })
    await call('act', { type: 'mark_read', as: 'U0AGENT', channel: 'C0SUPPORT' })
    expect(sandbox.state('U0AGENT').channels.find((channel) => channel.id === 'C0SUPPORT')).toMatchObject({
      unread: 0,
      mentions: 0,
    })
    expect((await call('state?as=U0NOBODY')).status).toBe(404)
  })

  it('takes only JSON that fits, from this machine, under this name', async () => {
    expect(await call('act', { type: 'dance', as: 'U0AGENT' })).toMatchObject({
      status: 400,
      answer: { ok: false, error: 'invalid' },
    })
    const form = await fetch(`${sandbox.url}sandbox/reset`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
    })
    expect(form.status).toBe(415)
    const elsewhere = await fetch(`${sandbox.url}sandbox/act`, { method: 'POST', body: '{"type":"post"}' })
    expect(elsewhere.status).toBe(415)
    const foreign = await fetch(`${sandbox.url}sandbox/state?as=U0AGENT`, {
      headers: { origin: 'https://evil.example' },
    })
    expect(foreign.status).toBe(421)
  })

  it('tells of changes as they come', async () => {
    const response = await fetch(`${sandbox.url}sandbox/stream?as=U0AGENT`)
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    const next = async () => JSON.parse((await reader.read()).value!.split('data: ')[1]!) as Change
    const first = await next()
    await sandbox.person('U0AGENT').says('#support', 'hello')
    const second = await next()
    expect(second.revision).toBeGreaterThan(first.revision)
    expect(second.channels).toContain('C0SUPPORT')
    await reader.cancel()
  })

  it('moves the clock, sets and removes faults, lists the journal, and starts over', async () => {
    expect((await call('clock', { advance: 60_000 })).answer).toEqual({
      now: '2026-11-22T09:01:00.000Z',
      frozen: true,
    })
    expect((await call('clock', { set: '2026-11-23T00:00:00Z' })).answer).toMatchObject({
      now: '2026-11-23T00:00:00.000Z',
    })
    expect((await call('clock', { freeze: false })).answer).toMatchObject({ frozen: false })
    const { answer } = await call('faults', { on: 'chat.*', effect: { kind: 'hang' } })
    expect((await call('faults')).answer).toMatchObject([{ id: answer['id'], times: 1, when: 'before' }])
    await fetch(`${sandbox.url}sandbox/faults`, { method: 'DELETE' })
    expect((await call('faults')).answer).toEqual([])
    await sandbox.person('U0AGENT').says('#support', 'hello')
    expect((await call('journal?kind=act')).answer).toMatchObject([{ name: 'post', ok: true }])
    await call('reset', {})
    expect(sandbox.messages('#support')).toEqual([])
  })
})

describe('the sandbox', () => {
  it('refuses to start in production', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    await expect(startSandbox()).rejects.toThrow(/production/)
    vi.unstubAllEnvs()
  })

  it('gives the same ids for the same seed, and new messages to apps that own their links', async () => {
    const app = {
      id: 'A0LINKS',
      name: 'Links',
      bot_user_id: 'U0LINKS',
      bot_id: 'B0LINKS',
      unfurl_domains: ['desk.example'],
    }
    const told = async () => {
      await using other = await startSandbox({
        now: new Date('2026-11-22T09:00:00Z'),
        frozen: true,
        random: 7,
        seed: { apps: [app] },
      })
      const socket = await (await RawSocket.open(other)).hello()
      await other.person('U0AGENT').says('#support', 'see https://eu.desk.example/t/1 please')
      await socket.until(() => socket.events().length === 2)
      return socket.events().map((frame) => frame.payload)
    }
    const first = await told()
    expect(first[1]).toMatchObject({
      event: { type: 'link_shared', links: [{ domain: 'desk.example', url: 'https://eu.desk.example/t/1' }] },
    })
    expect(await told()).toEqual(first)
  })

  it('asks a new URL for its challenge', async () => {
    const answer = ({ body }: { body: string }) => ({
      status: 200,
      body: (JSON.parse(body) as { challenge: string }).challenge,
    })
    const app = await httpApp(sandbox, answer)
    sandbox.control({ type: 'request_url', url: app.url, verify: true })
    await sandbox.settled()
    expect(sandbox.journal({ name: 'url_verification' })).toMatchObject([{ ok: true }])
    await app.close()
  })
})

describe('a person', () => {
  it('fails with what there was to see', async () => {
    const agent = sandbox.person('U0AGENT')
    await agent.says('#support', 'the only line')
    await expect(agent.sees('#support', /another line/, { timeoutMs: 20 })).rejects.toThrow(
      /waited 20 ms for a message \/another line\/ in #support[\s\S]*Support agent: the only line/,
    )
  })

  it('reads threads, edits, broadcasts and reactions', async () => {
    const agent = sandbox.person('U0AGENT')
    const root = await agent.says('#support', 'root')
    await agent.says('#support', 'quiet reply', { thread: root })
    await agent.says('#support', 'loud reply', { thread: root, broadcast: true })
    expect(await sandbox.person('U0HEAD').sees('#support', 'loud', { thread: root })).toMatchObject({
      broadcast: true,
    })
    await agent.act({ type: 'edit', channel: 'C0SUPPORT', ts: root.ts, text: 'root, edited' })
    await agent.act({ type: 'react', channel: 'C0SUPPORT', ts: root.ts, name: 'eyes' })
    expect(agent.again(root)).toMatchObject({
      text: 'root, edited',
      reply_count: 2,
      reactions: [{ name: 'eyes', count: 1 }],
    })
    expect(await agent.act({ type: 'delete', channel: 'C0SUPPORT', ts: root.ts })).toMatchObject({ ok: true })
    expect(agent.again(root).subtype).toBe('tombstone')
  })
})
