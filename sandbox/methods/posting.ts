import { type Problem, validate } from '../blockkit.ts'
import { limits } from '../blockkit-limits.ts'
import { size } from '../blockkit-rules.ts'
import { SlackError } from '../errors.ts'
import type { Block } from '../protocol.ts'
import { named } from '../wire.ts'
import type { Channel, Metadata } from '../workspace.ts'
import { type Call, channelOf } from './method.ts'

export type Content = {
  text: string | undefined
  blocks?: unknown
  attachments?: unknown
  markdown_text?: string | undefined
  metadata?: unknown
}
export type Checked = {
  text: string
  blocks: Block[]
  attachments: Record<string, unknown>[]
  metadata?: Metadata | null
}

/** The error of a message whose blocks break the rules, in Slack's shape. */
function blockError(problems: Problem[]): SlackError {
  const table = problems.find((problem) => problem.code === 'only_one_table_allowed')
  return new SlackError(table ? table.code : 'invalid_blocks', {
    errors: problems.map((problem) => `${problem.message} [json-pointer:${problem.pointer}]`),
    response_metadata: {
      messages: problems.map((problem) => `[ERROR] ${problem.message} [json-pointer:${problem.pointer}]`),
    },
  })
}

/** Checks what a message says, and fills in the ids that were left out. */
export function checkContent(call: Call<unknown>, content: Content): Checked {
  const { text, markdown_text: markdown } = content
  if (markdown !== undefined && (text !== undefined || content.blocks !== undefined))
    throw new SlackError('markdown_text_conflict')
  if (markdown !== undefined && size(markdown) > limits.message.markdown_text)
    throw new SlackError('msg_too_long')
  if (content.blocks !== undefined && !Array.isArray(content.blocks))
    throw new SlackError('invalid_blocks_format')
  const blocks = (content.blocks ?? []) as Block[]
  const attachments = (content.attachments ?? []) as Record<string, unknown>[]
  if (!Array.isArray(attachments)) throw new SlackError('invalid_attachments')
  if (attachments.length > limits.message.attachments) throw new SlackError('too_many_attachments')
  const nested = attachments.flatMap((one) =>
    Array.isArray(one['blocks']) ? (one['blocks'] as Block[]) : [],
  )
  const problems = [
    ...validate('message', { blocks }),
    ...validate('message', { blocks: nested }),
    ...unknownFiles(call, blocks),
  ]
  if (problems.length > 0) throw blockError(problems)
  const said = markdown ?? text ?? ''
  if (!said.trim() && blocks.length === 0 && attachments.length === 0) throw new SlackError('no_text')
  const isNaked = !said && attachments.length === 0
  if (isNaked) call.warn('missing_text_in_message')
  const metadata = content.metadata === undefined ? undefined : checkMetadata(content.metadata)
  return {
    text: said,
    blocks: named(call.world, blocks),
    attachments,
    ...(metadata !== undefined && { metadata }),
  }
}

/** Pictures of files that were never uploaded. */
function unknownFiles(call: Call<unknown>, blocks: Block[]): Problem[] {
  return blocks.flatMap((block, index) =>
    ['', '/accessory'].flatMap((where) => {
      const one = (where ? block?.['accessory'] : block) as { slack_file?: object } | undefined
      if (!one?.slack_file || call.files.named(one.slack_file)?.done) return []
      return [{ pointer: `/blocks/${index}${where}/slack_file`, code: 'file', message: 'invalid slack file' }]
    }),
  )
}

function checkMetadata(given: unknown): Metadata | null {
  if (!given || typeof given !== 'object') throw new SlackError('invalid_metadata_format')
  const metadata = given as Partial<Metadata>
  if (Object.keys(metadata).length === 0) return null
  const { event_type: type, event_payload: payload } = metadata
  if (typeof type !== 'string' || !type || !payload || typeof payload !== 'object')
    throw new SlackError('invalid_metadata_format')
  for (const [key, value] of Object.entries(payload)) {
    if (!/^[a-z0-9_]+$/.test(key)) throw new SlackError('invalid_metadata_schema')
    if (isTooDeep(value)) throw new SlackError('invalid_metadata_schema')
  }
  // Slack's limit is undocumented; this is a guess with room above what Belay sends.
  if (JSON.stringify(metadata).length > 8_000) throw new SlackError('metadata_too_large')
  return { event_type: type, event_payload: payload }
}

function isTooDeep(value: unknown): boolean {
  if (!value || typeof value !== 'object') return false
  if (Array.isArray(value)) return value.some((item) => item !== null && typeof item === 'object')
  return Object.values(value).some((item) => item !== null && typeof item === 'object')
}

/** Where to post: a channel the app may write in, or a person's DM. */
export function target(call: Call<unknown>, id: string): Channel {
  const user = call.world.space.users.get(id)
  if (user?.is_bot) throw new SlackError('cannot_dm_bot')
  if (user && !call.app.messagesTab) throw new SlackError('messages_tab_disabled')
  const channel = user ? call.world.directMessage(call.app.botUserId, id) : channelOf(call, dehash(call, id))
  if (channel.is_archived) throw new SlackError('is_archived')
  const isIn = channel.members.has(call.app.botUserId)
  if (!isIn && !(channel.kind === 'channel' && call.app.scopes.has('chat:write.public')))
    throw new SlackError('not_in_channel')
  if (channel.read_only) throw new SlackError('restricted_action_read_only_channel')
  return channel
}

function dehash(call: Call<unknown>, id: string): string {
  return id.startsWith('#') ? (call.world.space.find(id)?.id ?? id) : id
}

/** Spends a token of the channel's bucket. */
export function pace(call: Call<unknown>, channel: Channel): void {
  const wait = call.world.limits.post(call.app.id, channel.id)
  if (wait) throw new SlackError('ratelimited', { retryAfter: wait })
}

/** A thread's root by any of its messages; Slack answers with the reply's own thread. */
export function threadOf(channel: Channel, ts: string | undefined): string | undefined {
  if (ts === undefined || ts === '') return undefined
  const message = channel.byTs.get(ts)
  if (!message) throw new SlackError('thread_not_found')
  if (message.subtype === 'channel_join' || message.subtype === 'channel_leave')
    throw new SlackError('cannot_reply_to_message')
  return message.thread_ts ?? ts
}
