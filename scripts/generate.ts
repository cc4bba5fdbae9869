import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { WrittenPolicy } from '../src/domain/policy.ts'

/** A file that is written from the code and committed. `path` is relative to the root of the repository. */
export type GeneratedFile = { path: string; content: () => string | Promise<string> }

/** Every generated file. To add one, add a line. */
export const generatedFiles: GeneratedFile[] = [{ path: 'belay.schema.json', content: policySchema }]

/** What an editor knows about belay.yml. Draft 7, because that is what YAML language servers speak best. */
function policySchema(): string {
  const schema = z.toJSONSchema(WrittenPolicy, { io: 'input', target: 'draft-7', override: allowReferences })
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** Any text of a policy may come from the environment, as `${NAME}`. */
function allowReferences({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.pattern) jsonSchema.pattern += '|\\$\\{\\w+\\}'
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
