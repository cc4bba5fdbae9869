import type { App } from './apps.ts'
import type { Parts } from './parts.ts'
import type { ClockMove, Control } from './protocol.ts'

/** Does what no person in the workspace can do. */
export function control(parts: Parts, order: Control): void {
  const { world, sockets, courier, events } = parts
  const app = () => world.app('app' in order ? order.app : undefined)
  switch (order.type) {
    case 'history_lag':
      world.historyLagMs = order.ms
      break
    case 'disconnect':
      sockets.disconnect(app(), order.reason)
      break
    case 'cut_sockets':
      sockets.cut(app(), order.count)
      break
    case 'socket_mode':
      app().socketMode = order.enabled
      if (!order.enabled) sockets.disconnect(app(), 'link_disabled')
      break
    case 'revoke_tokens':
      events.emit({ type: 'tokens_revoked', tokens: { oauth: [], bot: [app().botUserId] } }, { app: app() })
      app().revoked = true
      break
    case 'uninstall':
      events.emit({ type: 'app_uninstalled' }, { app: app() })
      app().installed = false
      break
    case 'request_url':
      app().requestUrl = order.url
      if (order.verify) void courier.verify(app())
      break
    case 'scopes':
      app().scopes = new Set(order.scopes)
      break
    case 'client_msg_id':
      world.dedupeClientMsgId = order.dedupe
      break
    case 'limits':
      if (order.methods !== undefined) world.limits.methods = order.methods
      if (order.channel !== undefined) world.limits.channel = order.channel
      if (order.events !== undefined) world.limits.events = order.events
      break
    case 'read_only': {
      const channel = world.space.find(order.channel)
      if (channel) channel.read_only = order.on
      break
    }
    case 'ack_ms':
      world.ackMs = order.ms
      break
    case 'clock_skew':
      world.skewMs = order.ms
      break
    case 'ssl_check':
      void courier.check(app())
      break
    case 'linger':
      sockets.lingers = order.on
      break
    case 'function_executed':
      events.emit(stepOf(parts, app(), order.callback_id, order.inputs ?? {}), { app: app() })
      break
    case 'app_rate_limited':
      events.rateLimited(app())
      break
  }
  world.changes.touch()
}

function stepOf({ world }: Parts, app: App, callback_id: string, inputs: Record<string, unknown>) {
  const about = { callback_id, title: callback_id, description: '', type: 'app', app_id: app.id }
  return {
    type: 'function_executed',
    function: { id: world.ids.next('Fn'), ...about, input_parameters: [], output_parameters: [] },
    inputs,
    function_execution_id: world.ids.next('Fx'),
    workflow_execution_id: world.ids.next('Wx'),
    event_ts: `${Math.floor(world.clock.ms / 1000)}.000000`,
    bot_access_token: `xwfp-${world.ids.secret(24)}`,
  }
}

/** Moves the clock; answers with what it shows now. */
export function moveClock({ world }: Parts, move: ClockMove): { now: string; frozen: boolean } {
  if ('advance' in move) world.clock.advance(move.advance)
  else if ('set' in move) world.clock.set(new Date(move.set))
  else if (move.freeze) world.clock.freeze()
  else world.clock.run()
  world.changes.touch()
  return { now: world.clock.now().toISOString(), frozen: world.clock.frozen }
}

/** Everything as seeded at the start; tokens and open sockets stay. */
export function reset(parts: Parts): void {
  for (const part of [parts.views, parts.triggers, parts.urls, parts.appActs, parts.files, parts.events])
    part.clear()
  parts.world.load()
  parts.world.changes.touch()
}
