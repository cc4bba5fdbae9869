import type { SharedFile } from './workspace.ts'
import type { World } from './world.ts'

export type StoredFile = SharedFile & {
  title: string
  body?: Buffer
  uploaded: boolean
  done: boolean
  length: number
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
    Object.assign(file, { body, size: body.length, uploaded: true })
    return true
  }

  clear(): void {
    this.#known.clear()
  }
}
