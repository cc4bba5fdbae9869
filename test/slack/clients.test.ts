import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { ServerResponse } from 'node:http'
import { WebClient } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { carefulOptions, classify, createClients } from '#slack/clients.ts'
import { json } from './receivers/socket-slack.ts'
import { closedPort, loggedLines, serve } from './receivers/support.ts'

const token = 'xoxb-1-secretsecret'
let stack: AsyncDisposableStack
beforeEach(() => {
  stack = new AsyncDisposableStack()
})
afterEach(() => stack.disposeAsync())

type Answer = (response: ServerResponse) => void

async function slack(answer: Answer) {
  let calls = 0
  const server = stack.use(
    await serve((request, response) => {
      calls += 1
      request.resume().on('end', () => answer(response))
    }),
  )
  return {
    url: `${server.url}/api/`,
    get calls() {
      return calls
    },
  }
}

function clients(apiUrl: string) {
  const log = loggedLines('trace')
  return { ...log, ...stack.use(createClients({ token, apiUrl, logger: log.logger })) }
}

async function failure(apiUrl: string): Promise<unknown> {
  const { writes } = clients(apiUrl)
  return await writes.apiCall('chat.postMessage', { channel: 'C0', text: 'x' }).then(
    () => expect.unreachable('Slack took it'),
    (error: unknown) => error,
  )
}

async function verdictOn(answer: Answer): Promise<unknown> {
  const there = await slack(answer)
  const verdict = classify(await failure(there.url))
  expect(there.calls, 'a write is sent once').toBe(1)
  return verdict
}

describe('what Slack answers', () => {
  it.each([
    ['channel_not_found', 'permanent'],
    ['not_in_channel', 'permanent'],
    ['is_archived', 'permanent'],
    ['user_not_found', 'permanent'],
    ['cannot_dm_bot', 'permanent'],
    ['restricted_action', 'permanent'],
    ['restricted_action_read_only_channel', 'permanent'],
    ['messages_tab_disabled', 'permanent'],
    ['invalid_blocks', 'permanent'],
    ['invalid_blocks_format', 'permanent'],
    ['msg_too_long', 'permanent'],
    ['missing_scope', 'permanent'],
    ['message_limit_exceeded', 'permanent'],
    ['ekm_access_denied', 'permanent'],
    ['access_denied', 'permanent'],
    ['no_permission', 'permanent'],
    ['team_access_not_granted', 'permanent'],
    ['enterprise_is_restricted', 'permanent'],
    ['metadata_must_be_sent_from_app', 'permanent'],
    ['slack_connect_file_link_sharing_blocked', 'permanent'],
    ['method_not_supported_for_channel_type', 'permanent'],
    ['invalid_user_combination', 'permanent'],
    ['org_login_required', 'away'],
    ['token_revoked', 'away'],
    ['invalid_auth', 'away'],
    ['account_inactive', 'away'],
    ['message_not_found', 'gone'],
    ['cant_update_message', 'gone'],
    ['edit_window_closed', 'gone'],
    ['internal_error', 'unsure'],
    ['fatal_error', 'unsure'],
    ['service_unavailable', 'unsure'],
    ['request_timeout', 'unsure'],
    ['duplicate_message_not_found', 'unsure'],
    ['an_error_of_the_future', 'unsure'],
  ])('%s is %s', async (error, kind) => {
    expect(await verdictOn((response) => json(response, { ok: false, error }))).toEqual({ kind, why: error })
  })

  it('429 is waited out, for the channel of a post or for the method', async () => {
    const there = await slack((response) => response.writeHead(429, { 'retry-after': '7' }).end())
    const error = await failure(there.url)
    const limited = { kind: 'retry', afterMs: 7_000, why: 'ratelimited' }
    expect(classify(error)).toEqual({ ...limited, scope: 'channel' })
    expect(classify(error, 'chat.update')).toEqual({ ...limited, scope: 'method' })
    expect(there.calls).toBe(1)
  })

  it('429 for weeks is waited out for ten minutes', async () => {
    const answer: Answer = (response) => response.writeHead(429, { 'retry-after': '9999999999999' }).end()
    expect(await verdictOn(answer)).toMatchObject({ kind: 'retry', afterMs: 600_000 })
  })

  it.each<[string, Answer]>([
    ['without a time', (response) => response.writeHead(429).end()],
    ['as a code', (response) => json(response, { ok: false, error: 'ratelimited' })],
  ])('a limit %s is waited out for a while', async (_, answer) => {
    expect(await verdictOn(answer)).toEqual({
      kind: 'retry',
      afterMs: 30_000,
      scope: 'channel',
      why: 'ratelimited',
    })
  })

  it.each<[string, Answer, string]>([
    ['500', (response) => response.writeHead(500).end('{}'), 'HTTP 500'],
    ['503', (response) => response.writeHead(503, { 'retry-after': '1' }).end('{}'), 'HTTP 503'],
    ['HTML', (response) => response.end('<html>Slack is down</html>'), 'an answer that is not Slack’s'],
    ['nothing', (response) => response.end(), 'an answer that is not Slack’s'],
    ['a reset', (response) => response.socket?.resetAndDestroy(), 'ECONNRESET'],
    ['a hang-up', (response) => response.socket?.destroy(), 'UND_ERR_SOCKET'],
    [
      'a redirect',
      (response) => response.writeHead(302, { location: '/elsewhere' }).end(),
      'fetch failed: unexpected redirect',
    ],
  ])('%s may have been sent', async (_, answer, why) => {
    expect(await verdictOn(answer)).toEqual({ kind: 'unsure', why })
  })

  it('an answer that is cut off may have been sent', async () => {
    const there = await slack((response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"ok":')
      response.socket?.end()
    })
    expect(classify(await failure(there.url))).toMatchObject({ kind: 'unsure' })
  })

  it('silence may have been sent', async () => {
    const there = await slack(() => undefined)
    const { logger } = loggedLines()
    const impatient = new WebClient(token, { ...carefulOptions({ apiUrl: there.url, logger }), timeout: 50 })
    const error: unknown = await impatient
      .apiCall('chat.postMessage', { channel: 'C0', text: 'x' })
      .catch((error: unknown) => error)
    expect(classify(error)).toEqual({ kind: 'unsure', why: 'timeout' })
  })

  it('anything else is unsure too', () => {
    for (const error of [new TypeError('a bug of ours'), 'text', undefined])
      expect(classify(error)).toMatchObject({ kind: 'unsure' })
  })
})

describe('what never reached Slack', () => {
  it.each([
    ['a closed port', async () => `http://127.0.0.1:${await closedPort()}/api/`, 'ECONNREFUSED'],
    ['an unknown host', async () => 'http://slack.invalid/api/', /ENOTFOUND|EAI_AGAIN/],
    ['a server without TLS', plainTextAsTls, /^ERR_SSL_/],
  ])('%s is tried again', async (_, where, why) => {
    const verdict = classify(await failure(await where()))
    expect(verdict).toEqual({ kind: 'retry', afterMs: 1_000, scope: 'all', why: expect.stringMatching(why) })
  })
})

describe('the clients', () => {
  it('ask again only where asking twice does no harm', async () => {
    const there = await slack((response) =>
      there.calls < 3 ? response.writeHead(500).end() : json(response, { ok: true }),
    )
    const { reads } = clients(there.url)
    expect(await reads.auth.test()).toMatchObject({ ok: true })
    expect(there.calls).toBe(3)
  })

  it('look once: whoever looks for a page comes again, and must not be kept', async () => {
    const there = await slack((response) => response.writeHead(500).end())
    const { looks } = clients(there.url)
    await expect(looks.conversations.history({ channel: 'C0' })).rejects.toThrow()
    expect(there.calls).toBe(1)
  })

  it('keep their tokens to themselves', async () => {
    const seen: (string | undefined)[] = []
    const server = stack.use(
      await serve((request, response) => {
        seen.push(request.headers.authorization)
        json(response, { ok: true })
      }),
    )
    for (const token of ['xoxb-1-one', 'xoxb-2-two']) {
      const options = { token, apiUrl: `${server.url}/api/`, logger: loggedLines().logger }
      await stack.use(createClients(options)).writes.auth.test()
    }
    expect(seen).toEqual(['Bearer xoxb-1-one', 'Bearer xoxb-2-two'])
  })

  it('never log a token, not even at trace, nor a customer’s words above debug', async () => {
    const there = await slack((response) =>
      json(response, { ok: false, error: 'invalid_blocks', errors: ['x'] }),
    )
    const { writes, text, lines } = clients(there.url)
    await writes
      .apiCall('chat.postMessage', { channel: 'C0', text: 'nobody can pay', token })
      .catch(() => undefined)
    expect(text()).not.toContain('secretsecret')
    expect(lines.filter((line) => line.includes('nobody') && JSON.parse(line).level > 20)).toEqual([])
  })
})

/** A server that answers a TLS handshake with words. */
async function plainTextAsTls(): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stack.defer(() => void server.close())
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/api/`
}
