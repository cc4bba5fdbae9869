import { SlackError } from '../errors.ts'
import { method } from './method.ts'

export const test = method({
  tier: 4,
  args: { error: 'string' },
  run(call) {
    if (call.args.error) throw new SlackError(call.args.error, { args: call.args })
    return { args: call.args }
  },
})

export const authTest = method({
  tier: 'special',
  run({ app, world }) {
    return {
      url: `https://${world.space.team.domain}.slack.com/`,
      team: world.space.team.name,
      user: world.space.users.get(app.botUserId)?.name ?? app.name,
      team_id: world.space.team.id,
      user_id: app.botUserId,
      bot_id: app.botId,
      app_id: app.id,
      is_enterprise_install: false,
    }
  },
})

export const authRevoke = method({
  tier: 3,
  args: { test: 'boolean' },
  run({ app, args }) {
    if (!args.test) app.revoked = true
    return { revoked: !args.test }
  },
})

export const connectionsOpen = method({
  tier: 3,
  token: 'app',
  run({ app, sockets }) {
    return { url: sockets.ticket(app) }
  },
})

export const teamInfo = method({
  tier: 3,
  scopes: ['team:read'],
  args: { team: 'string', domain: 'string' },
  errors: ['team_not_found'],
  run({ world, args }) {
    const { team } = world.space
    if (args.team !== undefined && args.team !== team.id) throw new SlackError('team_not_found')
    return {
      team: {
        ...team,
        email_domain: '',
        url: `https://${team.domain}.slack.com/`,
        icon: { image_default: true },
      },
    }
  },
})

export const botsInfo = method({
  tier: 3,
  scopes: ['users:read'],
  args: { bot: 'string', team_id: 'string' },
  errors: ['bot_not_found'],
  run({ world, args, app }) {
    const wanted = args.bot ?? app.botId
    const found = [...world.apps.values()].find((candidate) => candidate.botId === wanted)
    if (!found) throw new SlackError('bot_not_found')
    return {
      bot: {
        id: found.botId,
        deleted: false,
        name: found.name,
        updated: 0,
        app_id: found.id,
        user_id: found.botUserId,
      },
    }
  },
})
