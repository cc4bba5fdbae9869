import type { HomeView, ModalView } from '@slack/types'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DirectAbout } from '#domain/notice.ts'
import type { Ticket } from '#domain/ticket.ts'
import { acknowledge, handOff, note, resolve, tellCustomer } from '#domain/verbs.ts'
import type { Message } from '#slack/blocks.ts'
import { alarm } from '#slack/views/alarm.ts'
import { card } from '#slack/views/card.ts'
import { direct } from '#slack/views/direct.ts'
import { escalateModal } from '#slack/views/escalate-modal.ts'
import { handOffModal } from '#slack/views/hand-off-modal.ts'
import { home } from '#slack/views/home.ts'
import { line } from '#slack/views/line.ts'
import { list } from '#slack/views/list.ts'
import { noteModal } from '#slack/views/note-modal.ts'
import { onCall } from '#slack/views/on-call.ts'
import { pageReply } from '#slack/views/page-reply.ts'
import { refusal } from '#slack/views/refusal.ts'
import { resolveModal } from '#slack/views/resolve-modal.ts'
import type { PageFate, Scene } from '#slack/views/scene.ts'
import { severityModal } from '#slack/views/severity-modal.ts'
import { show } from '#slack/views/show.ts'
import { summary } from '#slack/views/summary.ts'
import { updateModal } from '#slack/views/update-modal.ts'
import { pageOf, sceneOf, stories } from '../../support/escalations.ts'
import { expectPicture, expectSound, expectSoundHome, expectSoundModal } from '../../support/sound.ts'
import { Story } from '../../support/stories.ts'

const hostile =
  '<!channel> & "quotes" <@U1> *bold* <!here|x> `code` ```\n> > fake\n@channel <https://evil.example|click>'

/** A ticket that says the same everywhere. */
function ticketSaying(text: string, url?: string): Ticket {
  return {
    id: text || 'T-1',
    subject: text || 'x',
    description: text,
    customer: { name: text, plan: text, contact: text },
    tags: [text],
    requestedBy: text,
    tried: text,
    transcript: [{ from: text, name: text, text }],
    ...(url !== undefined && { url }),
  }
}

/** A scene in which everybody is called that, and wrote that. */
function sceneSaying(text: string, story: Story, ticket = ticketSaying(text)): Scene {
  const people = ['U0AGENT', 'U0FRONT', 'U0ENG', 'U0HEAD']
  const scene = sceneOf(story, { names: new Map(people.map((id) => [id, text])) }, ticket)
  const pages = scene.pages.map((page): PageFate => ({ ...page, state: 'failed', error: text }))
  return { ...scene, pages }
}

function wordy(text: string): Story {
  return new Story()
    .delivers()
    .does(acknowledge, 'U0FRONT')
    .does(note(text), 'U0FRONT')
    .does(tellCustomer(text, null), 'U0FRONT')
    .does(handOff('U0ENG', text), 'U0FRONT')
    .does(resolve(text), 'U0ENG')
}

const abouts: DirectAbout[] = [
  'asked',
  'raised',
  'handed_off',
  'requested',
  'taken',
  'taken_over',
  'lapsed',
  'due_soon',
  'missed',
  'unanswered',
  'resolved',
]

/** Every message that shows what somebody wrote, with whom it may mention. */
function messagesSaying(text: string, ticket = ticketSaying(text)): [Message, string[]][] {
  const told = wordy(text)
  const asked = stories.undeliverable()
  const done = sceneSaying(text, told, ticket)
  const live = sceneSaying(text, asked, ticket)
  const fallback = pageOf(asked)
  const page = pageOf(asked, 1)
  const events = told.steps.flatMap(({ happened }) => happened)
  const unasked: Message[] = [
    ...events.map(({ event, at }) => line(done, event, at)),
    ...abouts.map((about) => direct(live, { kind: 'direct', user: 'U0FRONT', about, promise: 'update' })),
    show(done, events),
    list([{ escalation: live.escalation, owner: text, link: text }]),
    onCall([{ rotation: text, tiers: [text], person: text, until: live.now, next: text }]),
    refusal({ kind: 'unknown_severity', severity: text }, live),
    refusal({ kind: 'not_a_person', who: text }, live),
    refusal({ kind: 'already_taken', owner: 'U0FRONT', until: null }, live),
    alarm(text),
    card(done),
  ]
  return [
    ...unasked.map((message): [Message, string[]] => [message, []]),
    ...[page].map((page): [Message, string[]] => [card(live, page), page.mention]),
    [card(live, fallback), fallback.mention],
    [pageReply(live, fallback), fallback.mention],
    [
      summary([page, fallback].map((notice) => ({ scene: live, notice }))),
      [...page.mention, ...fallback.mention],
    ],
  ]
}

/** Every form that shows what somebody wrote. */
function formsSaying(text: string): ModalView[] {
  const scene = sceneSaying(text, stories.acknowledged())
  const prefill = { customer: text, severity: text, summary: text, ticket: text, tried: text }
  return [
    escalateModal({ severities: ['high'], usual: 'high', prefill, errors: { summary: text } }),
    ...[handOffModal, resolveModal, noteModal, severityModal].map((form) => form(scene)),
    updateModal(scene, { every: '1h', by: scene.now }),
  ]
}

/** A Home tab that shows what somebody wrote. */
function homeSaying(text: string, ticket = ticketSaying(text)): HomeView {
  const { escalation, now } = sceneSaying(text, stories.acknowledged(), ticket)
  const rows = { total: 1, rows: [{ escalation, link: text }] }
  const shift = { rotation: text, tiers: [text], person: text, until: now, next: text }
  return home({ now, yours: rows, nobodys: rows, shifts: [shift] })
}

function expectAllSound(text: string, ticket?: Ticket): void {
  for (const [message, asked] of messagesSaying(text, ticket)) expectSound(message, asked)
  for (const view of formsSaying(text)) expectSoundModal(view)
  expectSoundHome(homeSaying(text, ticket))
}

const texts: Record<string, string> = {
  'markup that would ping': hostile,
  'the same 100 times': hostile.repeat(100),
  '5,000 characters': 'x'.repeat(5000),
  '50,000 characters': 'x'.repeat(50_000),
  '50,000 ampersands': '&'.repeat(50_000),
  'emoji of two halves': '🔥'.repeat(5000),
  'an odd number of halves': `a${'🔥'.repeat(5000)}`,
  'half an emoji': '\uD83D only half \uDD25',
  'a family': '👨‍👩‍👧‍👦'.repeat(500),
  'nothing but spaces': ' \n\t ',
  nothing: '',
  'control characters and reversed text': '\u0000\u0007\u202Eevil\u2066\r\nnext',
  'a date token': '<!date^0^{date}|now>',
  'only lines': '\n'.repeat(4000),
}

describe('whatever people write', () => {
  it.each(Object.entries(texts))('%s', (_, text) => {
    expectAllSound(text)
  })

  it('any text pings nobody and fits', () => {
    const any = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5000 }),
      fc
        .array(
          fc.constantFrom(
            '<',
            '>',
            '&',
            '|',
            '!',
            '@',
            '#',
            '^',
            '<!channel>',
            '<@U1>',
            '&lt;',
            '🔥',
            '\n',
            ' ',
            'a',
          ),
          {
            maxLength: 800,
          },
        )
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(any, (text) => expectAllSound(text)),
      { numRuns: 60 },
    )
  })

  it('any address is a link to http, or only text', () => {
    const any = fc.oneof(
      fc.webUrl(),
      fc.string(),
      fc.constantFrom('javascript:alert(1)', 'https://a|b>', `https://${'x'.repeat(5000)}`),
    )
    fc.assert(
      fc.property(any, (url) => expectAllSound('T-1', ticketSaying('T-1', url))),
      { numRuns: 60 },
    )
  })

  it('does not push whom a page asks, and by when, out of its text', () => {
    for (const text of Object.values(texts)) {
      const story = stories.opened()
      const shown = card(sceneSaying(text, story), pageOf(story))
      expect(shown.text).toMatch(/^E-7 critical, /)
      expect(shown.text).toMatch(/frontline is asked \(<@U0FRONT>\) to acknowledge by <!date\^\d+\^[^>]+>\.$/)
    }
  })

  it('looks like this', async () => {
    const story = stories.opened()
    await expectPicture(card(sceneSaying(hostile, story), pageOf(story)), 'hostile.card')
    await expectPicture(pageReply(sceneSaying(hostile, story), pageOf(story)), 'hostile.page-reply')
    await expectPicture(
      show(
        sceneSaying(hostile, wordy(hostile)),
        wordy(hostile).steps.flatMap(({ happened }) => happened),
      ),
      'hostile.show',
    )
    await expectPicture(card(sceneSaying('x'.repeat(5000), story), pageOf(story)), 'hostile.card.long')
    const { at, event } = wordy(hostile)
      .steps.flatMap(({ happened }) => happened)
      .at(-1)!
    await expectPicture(line(sceneSaying(hostile, story), event, at), 'hostile.line')
    const direct1 = direct(sceneSaying(hostile, story), {
      kind: 'direct',
      user: 'U0FRONT',
      about: 'asked',
      page: 1,
    })
    await expectPicture(direct1, 'hostile.direct')
    await expectPicture(formsSaying(hostile)[0]!, 'hostile.modal')
    const line1 = { scene: sceneSaying(hostile, story), notice: pageOf(story) }
    await expectPicture(summary([line1, line1]), 'hostile.summary')
  })
})
