import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { stripTypeScriptTypes } from 'node:module'
import { fileURLToPath } from 'node:url'

const FOLDER = new URL('page/', import.meta.url)
const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  ts: 'text/javascript; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  json: 'application/json',
}
/** Images may come from anywhere because messages show them; everything else is ours. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src * data:',
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Serves the page's folder; TypeScript loses its types on the way out. */
export async function serveStatic(response: ServerResponse, path: string): Promise<void> {
  const name =
    path === '/' || path.startsWith('/archives/') ? 'index.html' : decodeURIComponent(path.slice(1))
  const type = TYPES[name.split('.').at(-1) ?? '']
  if (!type || name.includes('..') || !/^[\w./-]+$/.test(name)) return missing(response)
  let body: string | Buffer
  try {
    body = await readFile(fileURLToPath(new URL(name, FOLDER)))
  } catch {
    return missing(response)
  }
  if (name.endsWith('.ts')) body = withoutTypes(body.toString())
  response.writeHead(200, {
    'content-type': type,
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  })
  response.end(body)
}

/** Without the warning that this is an experiment: a newcomer can do nothing about it. */
function withoutTypes(source: string): string {
  const emitWarning = process.emitWarning.bind(process)
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(source)
  } finally {
    process.emitWarning = emitWarning
  }
}

function missing(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain' })
  response.end('not found')
}
