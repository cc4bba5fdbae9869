import { createHash } from 'node:crypto'
import { inArray } from 'drizzle-orm'
import type { Actor } from '../domain/escalation.ts'
import { canonical, versionOf } from '../domain/policy.ts'
import type { PolicyDocument, PolicyVersion } from '../domain/policy.ts'
import { termsOf } from '../domain/policy-terms.ts'
import type { Terms } from '../domain/terms.ts'
import type { Db, Tx } from './database.ts'
import { policies } from './schema.ts'

/** The version of a policy that an escalation keeps, by its content. */
function hashOf(version: PolicyVersion): string {
  return createHash('sha256').update(canonical(version)).digest('hex').slice(0, 16)
}

/**
 * The policy of now and the versions that open escalations started with. Versions never change, so they are kept in
 * memory once read.
 */
export class PolicyBook {
  readonly #versions = new Map<string, PolicyVersion>()
  #live: PolicyDocument
  #hash: string
  /** People who are gone from the workspace. */
  gone: ReadonlySet<Actor> = new Set()

  constructor(live: PolicyDocument) {
    this.#live = live
    this.#hash = hashOf(versionOf(live))
    this.#versions.set(this.#hash, versionOf(live))
  }

  get live(): PolicyDocument {
    return this.#live
  }

  /** Content hash of the live policy's version. */
  get hash(): string {
    return this.#hash
  }

  /** From now on escalations open under this policy; those that are open keep theirs. Save it first. */
  adopt(live: PolicyDocument): void {
    this.#live = live
    this.#hash = hashOf(versionOf(live))
    this.#versions.set(this.#hash, versionOf(live))
  }

  /** The terms of an escalation that started with this version. */
  async terms(db: Db | Tx, hash: string, policy: string): Promise<Terms> {
    await this.read(db, [hash])
    return this.knownTerms(hash, policy)
  }

  /** The version with this hash. Throws when the database does not have it. */
  async version(db: Db | Tx, hash: string): Promise<PolicyVersion> {
    await this.read(db, [hash])
    return this.#known(hash)
  }

  /** Reads what is not known yet of these versions. One that the database does not have is found missing by whoever needs it. */
  async read(db: Db | Tx, hashes: readonly string[]): Promise<void> {
    const unknown = [...new Set(hashes)].filter((hash) => !this.#versions.has(hash))
    if (unknown.length === 0) return
    const rows = await db.select().from(policies).where(inArray(policies.hash, unknown))
    for (const { hash, version } of rows) this.#versions.set(hash, version)
  }

  /** The terms of an escalation whose version was read before; touches nothing. Throws when the database does not have it. */
  knownTerms(hash: string, policy: string): Terms {
    return termsOf(this.#known(hash), policy, { live: this.#live, gone: this.gone })
  }

  #known(hash: string): PolicyVersion {
    const version = this.#versions.get(hash)
    if (!version) throw new Error(`The policy version ${hash} is not in the database.`)
    return version
  }
}

/** Keeps a policy's version, so that escalations can refer to it. */
export async function savePolicy(db: Db | Tx, live: PolicyDocument, now: Date): Promise<void> {
  const version = versionOf(live)
  await db
    .insert(policies)
    .values({ hash: hashOf(version), version, firstSeenAt: now })
    .onConflictDoNothing()
}
