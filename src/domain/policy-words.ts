import { z } from 'zod'

const said = (expected: string, pattern: RegExp) => z.string().regex(pattern, `expected ${expected}`)

/** A name that people choose. It starts with a letter: JavaScript would move a key such as `1` to the front. */
export const Name = said(
  'a name of letters, digits, - and _ that starts with a letter',
  /^[A-Za-z][A-Za-z0-9_-]{0,49}$/,
)

export const Channel = said(
  "a channel id such as C012AB3CD (at the end of the channel's details in Slack)",
  /^[CG][A-Z0-9]{2,}$/,
)
export const User = said('a user id such as U012AB3CD', /^[UW][A-Z0-9]{2,}$/)
export const Mention = said('the id of a user (U012AB3CD) or user group (S012AB3CD)', /^[UWS][A-Z0-9]{2,}$/)

/**
 * One bare e-mail address: what mail servers take without quotes. No space, comma or line end can be in it, so it can stand
 * in a header as it is.
 */
export const emailAddress =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,63}$/
export const Email = said('an e-mail address such as oncall@example.com', emailAddress)

/** Ticket systems let their administrators choose any word, so the only demand is that there is one. */
export const Word = z
  .string()
  .refine((word) => /[\p{L}\p{N}]/u.test(word), 'expected a word with a letter or a digit in it')

/** One item, or a list with at least one; read as a list. */
export function listOrOne<T extends z.ZodType>(item: T, description: string) {
  return z
    .union([item, z.array(item).min(1, 'expected at least one')])
    .transform((value) => [value].flat() as z.output<T>[])
    .describe(description)
}
