import { SlackError } from '../errors.ts'
import type { StoredFile } from '../files.ts'
import { member, channelOf, method } from './method.ts'
import { checkContent, threadOf } from './posting.ts'

function wire(file: StoredFile) {
  const { id, name, title, size, mimetype, url_private } = file
  return { id, name, title, size, mimetype, url_private, mode: 'hosted', is_external: false, is_public: true }
}

export const getUploadUrl = method({
  tier: 4,
  scopes: ['files:write'],
  args: { filename: 'string!', length: 'number!', alt_txt: 'string', snippet_type: 'string' },
  errors: ['alt_txt_too_large'],
  run(call) {
    if ((call.args.alt_txt?.length ?? 0) > 1_000) throw new SlackError('alt_txt_too_large')
    const { file, uploadUrl } = call.files.begin(call.args.filename, call.args.length)
    return { upload_url: uploadUrl, file_id: file.id }
  },
})

export const completeUpload = method({
  tier: 4,
  scopes: ['files:write'],
  args: {
    files: 'json!',
    channel_id: 'string',
    channels: 'string',
    thread_ts: 'string',
    initial_comment: 'string',
    blocks: 'json',
  },
  errors: ['channel_not_found', 'not_in_channel', 'file_not_found', 'file_update_failed', 'invalid_blocks'],
  run(call) {
    const { args, app, talk } = call
    const { blocks } = args.blocks === undefined ? {} : checkContent(call, { text: 'a', blocks: args.blocks })
    const wanted = args.files as { id: string; title?: string }[]
    const files = wanted.map(({ id, title }) => {
      const file = call.files.get(id)
      if (!file || file.done) throw new SlackError('file_not_found')
      if (!file.uploaded) throw new SlackError('file_update_failed')
      if (title !== undefined) file.title = title
      return file
    })
    for (const file of files) file.done = true
    const target = args.channel_id ?? args.channels?.split(',')[0]
    if (target !== undefined) {
      const channel = channelOf(call, target)
      member(call, channel)
      const thread = threadOf(channel, args.thread_ts)
      const shared = files.map(({ id, name, size, mimetype, url_private }) => ({
        id,
        name,
        size,
        mimetype,
        url_private,
      }))
      talk.post(channel, {
        user: app.botUserId,
        app,
        text: args.initial_comment ?? '',
        subtype: 'file_share',
        files: shared,
        ...(blocks && { blocks }),
        ...(thread !== undefined && { thread_ts: thread }),
      })
    }
    return { files: files.map(wire) }
  },
})

export const info = method({
  tier: 4,
  scopes: ['files:read'],
  args: { file: 'string!', count: 'number', cursor: 'string', limit: 'number', page: 'number' },
  errors: ['file_not_found'],
  run(call) {
    const file = call.files.get(call.args.file)
    if (!file) throw new SlackError('file_not_found')
    return { file: wire(file), comments: [] }
  },
})
