import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { generatedFiles } from '../scripts/generate.ts'

const committed = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8')

const example = await committed('belay.example.yml')
const schema = JSON.parse(await committed('belay.schema.json')) as object

it.each(generatedFiles)('$path is the one that the code writes', async ({ path, content }) => {
  expect(await content()).toBe(await committed(path))
})

describe('the schema of belay.yml', () => {
  const validate = new Ajv({ validateFormats: false }).compile(schema)

  it('takes the example as it is written', () => {
    expect(validate(parse(example))).toBe(true)
  })

  it('takes a name of the environment for any text', () => {
    expect(validate(parse(example.replace('C0FRONT,', '"${FRONTLINE}",')))).toBe(true)
  })

  it.each([
    ['acknowledge: 15m', 'acknowledge: 15 minutes'],
    ['rounds: 2 ', 'round: 2 '],
    ['C0FRONT,', '"#front",'],
  ])('refuses %s -> %s', (from, to) => {
    expect(validate(parse(example.replace(from, to)))).toBe(false)
  })
})
