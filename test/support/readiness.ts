import { expect } from 'vitest'

export type Readiness = { status: number; checks: Record<string, string>; reasons?: string[] }

/** What `/readyz` says now. */
export async function readiness(url: string): Promise<Readiness> {
  const response = await fetch(`${url}/readyz`)
  return { status: response.status, ...((await response.json()) as Omit<Readiness, 'status'>) }
}

/** Slack has said hello, and everything else is well, too. */
export async function becomesReady(url: string): Promise<void> {
  await expect.poll(async () => (await readiness(url)).reasons, { timeout: 15_000 }).toBeUndefined()
}
