import type { ModalView } from '@slack/types'
import { describe, expect, it } from 'vitest'
import { readDrawn, readOrigin } from '#slack/buttons.ts'
import { escalateModal, readEscalateModal } from '#slack/views/escalate-modal.ts'
import { handOffModal, readHandOffModal } from '#slack/views/hand-off-modal.ts'
import { noteModal, readNoteModal } from '#slack/views/note-modal.ts'
import { readResolveModal, resolveModal } from '#slack/views/resolve-modal.ts'
import { readSeverityModal, severityModal } from '#slack/views/severity-modal.ts'
import { readUpdateModal, updateModal } from '#slack/views/update-modal.ts'
import { monday, sceneOf, stories } from '../../support/escalations.ts'
import { expectPicture, expectSoundModal } from '../../support/sound.ts'

const severities = ['critical', 'high', 'normal', 'low']
const scene = sceneOf(stories.acknowledged())
const usual = { every: '1h', by: new Date('2026-06-01T09:05:00Z') }

const forms: Record<string, ModalView> = {
  escalate: escalateModal({ severities, usual: 'normal' }),
  'escalate.filled': escalateModal({
    severities,
    usual: 'normal',
    prefill: {
      ticket: 'T-9',
      severity: 'CRITICAL',
      summary: 'checkout is down',
      customer: 'Acme',
      tried: 'a restart',
    },
    origin: {
      channel: 'C0HELP',
      message: '1.2',
      thread: '1.1',
      link: 'https://team.example/archives/C0HELP/p12',
    },
    errors: { severity: 'There is no severity "awful".' },
  }),
  hand_off: handOffModal(scene),
  update_customer: updateModal(scene, usual),
  resolve: resolveModal(scene),
  note: noteModal(scene),
  severity: severityModal(scene),
}

const inputs = ({ blocks }: ModalView) =>
  blocks.flatMap((block) => (block.type === 'input' && 'label' in block ? [block] : []))

describe('a form', () => {
  it.each(Object.entries(forms))('to %s', async (name, view) => {
    expectSoundModal(view)
    expect(view.callback_id).toBe(name.split('.')[0])
    await expectPicture(view, `modal.${name}`)
  })

  it('about an escalation carries its number and version', () => {
    const { id: e, version: v } = scene.escalation
    for (const name of ['hand_off', 'update_customer', 'resolve', 'note', 'severity'])
      expect(readDrawn(forms[name]?.private_metadata)).toEqual({ e, v })
  })

  it('to escalate is the one that people are told of', () => {
    const view = forms['escalate']!
    expect(view.title.text).toBe('Escalate a ticket')
    expect(inputs(view).map(({ label, optional }) => [label.text, optional])).toEqual([
      ['Customer', false],
      ['Severity', false],
      ['Summary', false],
      ['Ticket', true],
      ['Already tried', true],
    ])
    expect(JSON.stringify(inputs(view)[1])).toContain(
      '"initial_option":{"text":{"type":"plain_text","text":"normal"',
    )
  })

  it('to escalate keeps where it came from, and what is known', () => {
    const view = forms['escalate.filled']!
    expect(readOrigin(view.private_metadata)).toMatchObject({ channel: 'C0HELP', thread: '1.1' })
    expect(JSON.stringify(inputs(view)[1])).toContain(
      '"initial_option":{"text":{"type":"plain_text","text":"critical"',
    )
    expect(JSON.stringify(view)).toContain('There is no severity')
  })

  it('takes a prefill that is longer than Slack takes', () => {
    const long = 'x'.repeat(50_000)
    const prefill = { customer: long, summary: long, ticket: long, tried: '🔥'.repeat(5000), severity: long }
    expectSoundModal(
      escalateModal({ severities, usual: 'normal', prefill, origin: {}, errors: { summary: long } }),
    )
  })
})

const typed = (id: string, value: string | null) => ({ [id]: { [id]: { value } } })
const chosen = (id: string, value: string | null) => ({
  [id]: { [id]: { selected_option: value === null ? null : { value } } },
})

describe('reading the form to escalate', () => {
  const complete = {
    ...typed('customer', ' Acme '),
    ...chosen('severity', 'critical'),
    ...typed('summary', 'Checkout is down'),
    ...typed('ticket', null),
    ...typed('tried', null),
  }

  it('gives data', () => {
    expect(readEscalateModal(complete)).toEqual({
      ok: true,
      data: {
        customer: 'Acme',
        severity: 'critical',
        summary: 'Checkout is down',
        ticket: null,
        tried: null,
      },
    })
  })

  it('refuses a required text of only spaces at its input', () => {
    const read = readEscalateModal({
      ...complete,
      ...typed('customer', '   '),
      ...typed('summary', ' \n\t '),
    })
    expect(read).toEqual({
      ok: false,
      errors: { customer: 'Name the customer.', summary: 'Say in a few words what is wrong.' },
    })
  })

  it('refuses a form without anything', () => {
    const read = readEscalateModal({})
    expect(read.ok ? [] : Object.keys(read.errors)).toEqual(['customer', 'severity', 'summary'])
  })

  it('takes a number or a link as the ticket', () => {
    const ticketOf = (text: string) => {
      const read = readEscalateModal({ ...complete, ...typed('ticket', text) })
      return read.ok ? read.data.ticket : read.errors['ticket']
    }
    expect(ticketOf(' T-9 ')).toEqual({ id: 'T-9', url: null })
    expect(ticketOf('https://desk.example/t/9')).toEqual({
      id: 'https://desk.example/t/9',
      url: 'https://desk.example/t/9',
    })
    expect(ticketOf('javascript:alert(1)')).toEqual({ id: 'javascript:alert(1)', url: null })
    expect(ticketOf('https://')).toEqual({ id: 'https://', url: null })
    expect(ticketOf('  ')).toBeNull()
    expect(ticketOf('9'.repeat(201))).toBe('At most 200 characters: give its number instead.')
  })
})

describe('reading the other forms', () => {
  it('hand off', () => {
    const to = { to: { to: { selected_user: 'U0ENG' } } }
    expect(readHandOffModal({ ...to, ...typed('note', ' ') })).toEqual({
      ok: true,
      data: { to: 'U0ENG', note: null },
    })
    expect(readHandOffModal({ to: { to: { selected_user: null } } })).toEqual({
      ok: false,
      errors: { to: 'Choose who gets it.' },
    })
  })

  it('update customer', () => {
    const by = (seconds: number | null) => ({ next_by: { next_by: { selected_date_time: seconds } } })
    const later = monday.getTime() / 1000 + 60
    const read = readUpdateModal({ ...typed('told', 'We know.'), ...by(later) }, monday)
    expect(read).toEqual({ ok: true, data: { text: 'We know.', nextBy: new Date(later * 1000) } })
    expect(readUpdateModal({ ...typed('told', 'We know.'), ...by(null) }, monday)).toEqual({
      ok: true,
      data: { text: 'We know.', nextBy: null },
    })
    expect(readUpdateModal({ ...typed('told', ' '), ...by(later - 60) }, monday)).toEqual({
      ok: false,
      errors: {
        told: 'Say what the customer was told.',
        next_by: 'That time is over already: choose a later one.',
      },
    })
  })

  it('resolve, note and severity', () => {
    expect(readResolveModal(typed('resolution', ''))).toEqual({ ok: true, data: { resolution: null } })
    expect(readResolveModal(typed('resolution', 'A bank.\0'))).toEqual({
      ok: true,
      data: { resolution: 'A bank.' },
    })
    expect(readNoteModal(typed('note', ' '))).toEqual({
      ok: false,
      errors: { note: 'Write something to remember.' },
    })
    expect(readNoteModal(typed('note', 'Seen.'))).toEqual({ ok: true, data: { text: 'Seen.' } })
    expect(readSeverityModal(chosen('severity', 'low'))).toEqual({ ok: true, data: { severity: 'low' } })
    expect(readSeverityModal(chosen('severity', null)).ok).toBe(false)
  })
})
