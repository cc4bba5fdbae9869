import { createHash } from 'node:crypto'
import { eq } from 'drizzle-orm'
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
    const version = this.#versions.get(hash) ?? (await this.#read(db, hash))
    return termsOf(version, policy, { live: this.#live, gone: this.gone })
  }

  /** The version with this hash. Throws when the database does not have it. */
  async version(db: Db | Tx, hash: string): Promise<PolicyVersion> {
    return this.#versions.get(hash) ?? (await this.#read(db, hash))
  }

  async #read(db: Db | Tx, hash: string): Promise<PolicyVersion> {
    const [row] = await db.select().from(policies).where(eq(policies.hash, hash))
    if (!row) throw new Error(`The policy version ${hash} is not in the database.`)
    this.#versions.set(hash, row.version)
    return row.version
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
