import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import { parse } from 'yaml'

/** Holds both manifests to Slack's own schema: `node scripts/check-manifests.ts <slack-manifest.schema.json>`. */
const [schemaFile] = process.argv.slice(2)
if (!schemaFile) throw new Error('usage: check-manifests.ts <slack-manifest.schema.json>')
const validate = new Ajv({ strict: false, allErrors: true }).compile(
  JSON.parse(await readFile(schemaFile, 'utf8')) as object,
)
for (const file of ['manifest.yml', 'manifest.http.yml']) {
  if (validate(parse(await readFile(file, 'utf8')))) {
    process.stdout.write(`${file}: as Slack's schema says\n`)
    continue
  }
  process.exitCode = 1
  for (const { instancePath, message } of validate.errors ?? [])
    process.stderr.write(`${file} ${instancePath}: ${message}\n`)
}
