import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { WrittenPolicy } from '../src/domain/policy.ts'
import { httpManifest } from './http-manifest.ts'

/** A file that is written from the code and committed. `path` is relative to the root of the repository. */
type GeneratedFile = { path: string; content: () => string | Promise<string> }

/** Every generated file. To add one, add a line. */
export const generatedFiles: GeneratedFile[] = [
  { path: 'belay.schema.json', content: policySchema },
  { path: 'manifest.http.yml', content: httpManifest },
]

/** What an editor knows about belay.yml. Draft 7, because that is what YAML language servers speak best. */
function policySchema(): string {
  const schema = z.toJSONSchema(WrittenPolicy, { io: 'input', target: 'draft-7', override: forEditors })
  return `${JSON.stringify(schema, null, 2)}\n`
}

const reference = '\\$\\{\\w+\\}'

/** Any text but a key may come from the environment, as `${NAME}`. The largest integer of JavaScript is no news. */
function forEditors(part: { jsonSchema: z.core.JSONSchema.BaseSchema; path: (string | number)[] }): void {
  const { pattern, maximum } = part.jsonSchema
  const isKey = part.path.includes('propertyNames')
  if (pattern && !isKey && !pattern.endsWith(reference)) part.jsonSchema.pattern = `${pattern}|${reference}`
  if (maximum === Number.MAX_SAFE_INTEGER) delete part.jsonSchema.maximum
}

/** Writes the files, or with `--check` only says which of the committed ones differ. */
async function main(isCheck: boolean): Promise<void> {
  const stale: string[] = []
  for (const { path, content } of generatedFiles) {
    const url = new URL(`../${path}`, import.meta.url)
    const wanted = await content()
    const committed = await readFile(url, 'utf8').catch(() => '')
    if (committed === wanted) continue
    stale.push(path)
    if (!isCheck) await writeFile(url, wanted)
  }
  if (stale.length === 0) return console.log('generated files are up to date')
  console.log(`${isCheck ? 'out of date, run npm run generate' : 'written'}: ${stale.join(', ')}`)
  if (isCheck) process.exitCode = 1
}

if (import.meta.main) await main(process.argv.includes('--check'))
