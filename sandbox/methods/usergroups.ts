import { SlackError } from '../errors.ts'
import { wireGroup } from '../wire.ts'
import { sec, type Usergroup } from '../workspace.ts'
import { type Call, method } from './method.ts'

function groupOf(call: Call<unknown>, id: string): Usergroup {
  const group = call.world.space.usergroups.get(id)
  if (!group) throw new SlackError('no_such_subteam')
  return group
}

function known(call: Call<unknown>, users: string[]): string[] {
  if (users.length === 0) throw new SlackError('no_users_provided')
  for (const user of users) if (!call.world.space.users.has(user)) throw new SlackError('invalid_users')
  return [...new Set(users)]
}

export const list = method({
  tier: 2,
  scopes: ['usergroups:read'],
  args: {
    include_count: 'boolean',
    include_disabled: 'boolean',
    include_users: 'boolean',
    team_id: 'string',
  },
  run(call) {
    const groups = [...call.world.space.usergroups.values()].filter(
      (group) => group.enabled || call.args.include_disabled,
    )
    return {
      usergroups: groups.map((group) => wireGroup(call.world, group, call.args.include_users ?? false)),
    }
  },
})

export const create = method({
  tier: 2,
  scopes: ['usergroups:write'],
  args: {
    name: 'string!',
    handle: 'string',
    description: 'string',
    channels: 'list',
    additional_channels: 'list',
    enable_section: 'boolean',
    include_count: 'boolean',
    team_id: 'string',
  },
  errors: ['name_already_exists', 'handle_already_exists'],
  run(call) {
    const groups = [...call.world.space.usergroups.values()]
    const handle = call.args.handle ?? call.args.name.toLowerCase().replaceAll(/\s+/g, '-')
    if (groups.some((group) => group.name === call.args.name)) throw new SlackError('name_already_exists')
    if (groups.some((group) => group.handle === handle)) throw new SlackError('handle_already_exists')
    const now = sec(call.world.clock.ms)
    const group: Usergroup = {
      id: call.world.ids.next('S'),
      handle,
      name: call.args.name,
      description: call.args.description ?? '',
      users: [],
      enabled: true,
      created: now,
      updated: now,
    }
    call.rooms.newGroup(group)
    return { usergroup: wireGroup(call.world, group) }
  },
})

export const update = method({
  tier: 2,
  scopes: ['usergroups:write'],
  args: {
    usergroup: 'string!',
    name: 'string',
    handle: 'string',
    description: 'string',
    channels: 'list',
    additional_channels: 'list',
    enable_section: 'boolean',
    include_count: 'boolean',
    team_id: 'string',
  },
  run(call) {
    const group = groupOf(call, call.args.usergroup)
    const { name = group.name, handle = group.handle, description = group.description } = call.args
    call.rooms.group(group, { name, handle, description })
    return { usergroup: wireGroup(call.world, group) }
  },
})

const toggle = { usergroup: 'string!', include_count: 'boolean', team_id: 'string' } as const

function enabling(enabled: boolean) {
  return method({
    tier: 2,
    scopes: ['usergroups:write'],
    args: toggle,
    run(call) {
      const group = groupOf(call, call.args.usergroup)
      call.rooms.group(group, { enabled })
      return { usergroup: wireGroup(call.world, group) }
    },
  })
}

export const enable = enabling(true)
export const disable = enabling(false)

export const usersList = method({
  tier: 2,
  scopes: ['usergroups:read'],
  args: { usergroup: 'string!', include_disabled: 'boolean', team_id: 'string' },
  errors: ['no_such_subteam'],
  run(call) {
    const group = groupOf(call, call.args.usergroup)
    if (!group.enabled && !call.args.include_disabled) throw new SlackError('no_such_subteam')
    return { users: group.users }
  },
})

export const usersUpdate = method({
  tier: 2,
  scopes: ['usergroups:write'],
  args: {
    usergroup: 'string!',
    users: 'list!',
    additional_channels: 'list',
    is_shared: 'boolean',
    include_count: 'boolean',
    team_id: 'string',
  },
  errors: ['no_users_provided', 'invalid_users'],
  run(call) {
    const group = groupOf(call, call.args.usergroup)
    call.rooms.group(group, { users: known(call, call.args.users) })
    return { usergroup: wireGroup(call.world, group) }
  },
})
