import { Buffer } from 'node:buffer'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { formatProblems, readPolicyFile, watchPolicy } from '#policy-file.ts'

const env = { BELAY_WEBHOOK_SECRET: 'whsec_c2VjcmV0' }
const example = await readFile(new URL('../belay.example.yml', import.meta.url), 'utf8')

describe('a file on disk', () => {
  let folder: string
  let stop: AbortController
  let path: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'belay-policy-'))
    path = join(folder, 'belay.yml')
    stop = new AbortController()
  })

  afterEach(async () => {
    stop.abort()
    await rm(folder, { recursive: true })
  })

  const report = async () => {
    const policy = await readPolicyFile(path, env)
    return policy.ok ? 'ok' : formatProblems('belay.yml', policy.problems)
  }

  it('is read', async () => {
    await writeFile(path, example)
    expect(await report()).toBe('ok')
  })

  it('is missing, too long, or no text', async () => {
    expect(await report()).toBe('belay.yml  expected a policy file that can be read, got no such file')
    await writeFile(path, '#'.repeat(1024 * 1024 + 1))
    expect(await report()).toBe('belay.yml  expected a policy of at most 1 MiB, got 1048577 bytes')
    await writeFile(path, Buffer.from(example, 'utf16le').fill(0xff, 0, 1))
    expect(await report()).toBe('belay.yml  expected a text file in UTF-8, got other bytes')
  })

  /** Watches with quick looks; keeps what the file held each time that it was said to have changed. */
  const watch = () => {
    const seen: string[] = []
    const onChange = () => void seen.push(readFileSync(path, 'utf8'))
    return { seen, done: watchPolicy(path, onChange, { signal: stop.signal, everyMs: 20 }) }
  }
  const changes = (seen: string[], ...contents: string[]) =>
    vi.waitFor(() => expect(seen).toEqual(contents), { timeout: 5000 })

  it('is watched while it is edited, replaced, gone and back', async () => {
    // At once: a look at a file of which half is written could come in between.
    writeFileSync(path, 'one')
    const { seen, done } = watch()
    writeFileSync(path, 'two')
    await changes(seen, 'two')
    await writeFile(join(folder, 'new.yml'), 'six')
    await rename(join(folder, 'new.yml'), path)
    await changes(seen, 'two', 'six')
    writeFileSync(path, 'six')
    rmSync(path)
    writeFileSync(path, 'ten')
    await changes(seen, 'two', 'six', 'ten')
    stop.abort()
    await expect(done).resolves.toBeUndefined()
  })

  it('is watched through symbolic links, as Kubernetes mounts it', async () => {
    for (const version of ['1', '2']) await writeFile(join(folder, version), `version ${version}`)
    await symlink('1', join(folder, 'current'))
    await symlink('current', path)
    const { seen } = watch()
    await symlink('2', join(folder, 'next'))
    await rename(join(folder, 'next'), join(folder, 'current'))
    await changes(seen, 'version 2')
  })
})
