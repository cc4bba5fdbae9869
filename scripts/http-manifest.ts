import { readFile } from 'node:fs/promises'
import { isMap, isScalar, parseDocument } from 'yaml'

/** Put your own address here, and keep the path. */
const address = 'https://belay.example.com/slack/events'

/** manifest.yml for HTTP mode: the same app, with an address that Slack posts to. */
export async function httpManifest(): Promise<string> {
  const manifest = parseDocument(await readFile(new URL('../manifest.yml', import.meta.url), 'utf8'))
  const { host } = new URL(address)
  const comment =
    ' The Slack app, for HTTP mode: generated from manifest.yml (npm run generate), so change that file.\n' +
    ` Replace ${host} by your own address before you use it.`
  const first = isMap(manifest.contents) ? manifest.contents.items[0]?.key : undefined
  if (isScalar(first)) first.commentBefore = comment
  manifest.setIn(['features', 'slash_commands', 0, 'url'], address)
  manifest.setIn(['settings', 'event_subscriptions', 'request_url'], address)
  manifest.setIn(['settings', 'interactivity', 'request_url'], address)
  manifest.setIn(['settings', 'socket_mode_enabled'], false)
  return manifest.toString({ lineWidth: 0 })
}
