import type { SharedFile } from './workspace.ts'
import type { World } from './world.ts'

export type StoredFile = SharedFile & {
  title: string
  body?: Buffer
  uploaded: boolean
  done: boolean
  length: number
}

const PLAIN = 'application/octet-stream'
/** How pictures that a browser may show begin. SVG is not among them: it can carry code. */
const PICTURES: [string, RegExp][] = [
  ['image/png', /^.PNG\r\n.\n/s],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[^]{4}WEBP/],
]

/** By the content, never by what the name says. */
function kindOf(body: Buffer): string {
  const head = body.toString('latin1', 0, 16)
  return PICTURES.find(([, start]) => start.test(head))?.[0] ?? PLAIN
}

/** Files on their way in, and the ones shared. */
export class Files {
  #world: World
  #known = new Map<string, StoredFile>()

  constructor(world: World) {
    this.#world = world
  }

  /** A place to upload to. */
  begin(name: string, length: number): { file: StoredFile; uploadUrl: string } {
    const id = this.#world.ids.next('F')
    const file = {
      id,
      name,
      title: name,
      size: length,
      mimetype: PLAIN,
      length,
      uploaded: false,
      done: false,
      url_private: `${this.#world.baseUrl}/files/${id}/${encodeURIComponent(name)}`,
    }
    this.#known.set(id, file)
    return { file, uploadUrl: `${this.#world.baseUrl}/upload/${id}` }
  }

  get(id: string): StoredFile | undefined {
    return this.#known.get(id)
  }

  /** Takes the content, once. */
  receive(id: string, body: Buffer): boolean {
    const file = this.#known.get(id)
    if (!file || file.uploaded) return false
    Object.assign(file, { body, size: body.length, mimetype: kindOf(body), uploaded: true })
    return true
  }

  /** The file that an image block names, by id or by address. */
  named(one: { id?: unknown; url?: unknown }): StoredFile | undefined {
    if (typeof one.id === 'string') return this.get(one.id)
    const id = typeof one.url === 'string' ? /\/files\/(\w+)/.exec(one.url)?.[1] : undefined
    return id === undefined ? undefined : this.get(id)
  }

  clear(): void {
    this.#known.clear()
  }
}
