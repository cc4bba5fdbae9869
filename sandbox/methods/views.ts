import { limits } from '../blockkit-limits.ts'
import { validate } from '../blockkit.ts'
import { SlackError } from '../errors.ts'
import type { ViewDraft } from '../views.ts'
import { method } from './method.ts'

/** A view that Slack would take, or the error in the shape that views have. */
function checked(given: unknown, type: 'modal' | 'home'): ViewDraft {
  const view = given as ViewDraft | undefined
  if (!view || typeof view !== 'object') throw invalid(['[ERROR] must be an object [json-pointer:/view]'])
  if (Buffer.byteLength(JSON.stringify(view)) > limits.view.total_bytes)
    throw new SlackError('view_too_large')
  if (view.type !== type) throw invalid([`[ERROR] must be ${type} [json-pointer:/view/type]`])
  const problems = validate(type, view)
  if (problems.length > 0)
    throw invalid(
      problems.map((problem) => `[ERROR] ${problem.message} [json-pointer:/view${problem.pointer}]`),
    )
  return view
}

function invalid(messages: string[]): SlackError {
  return new SlackError('invalid_arguments', { response_metadata: { messages } })
}

const trigger = { trigger_id: 'string', interactivity_pointer: 'string', view: 'json!' } as const
const triggerErrors = [
  'duplicate_external_id',
  'exchanged_trigger_id',
  'expired_trigger_id',
  'invalid_trigger_id',
  'view_too_large',
]

export const open = method({
  tier: 4,
  args: trigger,
  errors: triggerErrors,
  run(call) {
    const view = checked(call.args.view, 'modal')
    const spent = call.triggers.spend(call.app, call.args.trigger_id ?? call.args.interactivity_pointer)
    return { view: call.views.wire(call.views.open(call.app, spent, view)) }
  },
})

export const push = method({
  tier: 4,
  args: trigger,
  errors: [...triggerErrors, 'not_found', 'push_limit_reached'],
  run(call) {
    const view = checked(call.args.view, 'modal')
    const spent = call.triggers.spend(call.app, call.args.trigger_id ?? call.args.interactivity_pointer)
    return { view: call.views.wire(call.views.push(call.app, spent.user, view)) }
  },
})

export const update = method({
  tier: 4,
  args: { view: 'json!', view_id: 'string', external_id: 'string', hash: 'string' },
  errors: ['duplicate_external_id', 'hash_conflict', 'not_found', 'view_too_large'],
  run(call) {
    const { args, views, app } = call
    if (args.view_id === undefined && args.external_id === undefined)
      throw invalid(['[ERROR] missing required field: view_id'])
    const view = args.view_id === undefined ? views.external(app, args.external_id!) : views.get(args.view_id)
    if (!view || view.app !== app) throw new SlackError('not_found')
    return { view: views.wire(views.update(view, checked(args.view, view.type), args.hash)) }
  },
})

export const publish = method({
  tier: 4,
  args: { user_id: 'string!', view: 'json!', hash: 'string' },
  errors: ['duplicate_external_id', 'hash_conflict', 'not_enabled', 'view_too_large'],
  run(call) {
    const { args, views, app, world } = call
    if (!app.homeTab) throw new SlackError('not_enabled')
    if (!world.space.users.has(args.user_id)) throw invalid(['[ERROR] invalid user [json-pointer:/user_id]'])
    return { view: views.wire(views.publish(app, args.user_id, checked(args.view, 'home'), args.hash)) }
  },
})
