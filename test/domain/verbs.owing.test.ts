import { describe, expect, it } from 'vitest'
import { addMs, dayMs, hourMs } from '#domain/time.ts'
import {
  acknowledge,
  changeSeverity,
  escalateNow,
  reopen,
  resolve,
  resume,
  tellCustomer,
  updateTicket,
  waitForCustomer,
} from '#domain/verbs.ts'
import { Story, monday } from '../support/stories.ts'
import { termsWith } from '../support/terms.ts'

const inHours = (hours: number) => addMs(monday, hours * hourMs)

describe('telling the customer', () => {
  it('starts the next update anew, and notes what was said', () => {
    const story = new Story().sleeps('20m').does(tellCustomer('We found it', null))
    expect(story.owes('update').due).toBe('1h 20m')
    expect(story.is.told).toEqual({ at: story.now, by: 'U0SAM', text: 'We found it' })
  })

  it('promises the time that the person names, whatever the severity becomes', () => {
    const story = new Story().does(tellCustomer('By three', inHours(5))).does(changeSeverity('high'))
    expect(story.owes('update').due).toBe('5h')
    expect(story.lives('4h').is.promises.update.warnedAt).toEqual(inHours(3.75))
  })

  it('moves that time by as long as we waited for the customer', () => {
    const story = new Story().does(tellCustomer('By three', inHours(5))).sleeps('1h')
    story.does(waitForCustomer).sleeps('10h').does(resume)
    expect(story.owes('update').due).toBe('15h')
  })

  it('too late is a miss, which is not raised because it is made good', () => {
    const story = new Story({ terms: termsWith({ missedPromise: ['manager'] }) })
      .does(acknowledge, 'U0OWN')
      .later()
    story.sleeps('70m').does(tellCustomer('Sorry', null), 'U0OWN').sweep()
    expect(story.news().slice(0, 4)).toEqual([
      '45m promise_warned update',
      '1h promise_breached update',
      '1h 10m customer_told U0OWN',
    ])
    expect(story.is).toMatchObject({ raised: 0, toRaise: [], owner: 'U0OWN' })
  })
})

describe('severity', () => {
  it('counts every promise from the original start', () => {
    const story = new Story({ severity: 'normal' }).sleeps('30m').does(changeSeverity('critical'))
    expect(story.owes('acknowledge').due).toBe('15m')
    expect(story.owes('update').due).toBe('1h')
    expect(story.owes('resolve').due).toBe('12h')
    expect(story.later().sweep().news()).toEqual([
      '11m 15s promise_warned acknowledge',
      '15m promise_breached acknowledge',
      '30m wait_started',
    ])
  })

  it('takes back a breach that the new time undoes, and moves one that stands', () => {
    const story = new Story().lives('13h').does(changeSeverity('high'))
    expect(story.owes('resolve')).toEqual({ due: '2d', kept: 'never', broken: 'never' })
    const worse = new Story({ severity: 'high', at: monday }).lives('10h').does(changeSeverity('critical'))
    expect(worse.owes('update')).toEqual({ due: '1h', kept: 'never', broken: '1h' })
  })

  it('gives the tier its time from when it began, and the owner a lapse from now', () => {
    const story = new Story().sleeps('10s').delivers().sleeps('5m').does(changeSeverity('high'))
    expect(story.since(story.is.waitUntil)).toBe('30m 10s')
    const owned = new Story().does(acknowledge, 'U0OWN').sleeps('30m').does(changeSeverity('high'))
    expect(owned.since(owned.is.lapseAt)).toBe('5h 30m') // lunch does not count
  })

  it('does not start the time of a page that is lost, or not yet delivered', () => {
    const story = new Story().delivers().sleeps('5s').loses().does(changeSeverity('low'))
    expect(story.since(story.is.waitUntil)).toBe('5s')
    expect(new Story().does(changeSeverity('low')).is.waitUntil).toBeNull()
  })

  it('while we wait does not break what would only have been due since', () => {
    const story = new Story({ severity: 'low' })
      .does(acknowledge, 'U0OWN')
      .sleeps('30m')
      .does(waitForCustomer)
    story.sleeps('5d').does(changeSeverity('critical'))
    expect(story.owes('resolve')).toEqual({ due: 'never', kept: 'never', broken: 'never' })
    expect(story.does(resume).owes('resolve').due).toBe('5d 12h')
  })

  it('while we wait breaks at once what was due before we waited', () => {
    const story = new Story({ severity: 'low' }).does(acknowledge, 'U0OWN').sleeps('2h').does(waitForCustomer)
    story.sleeps('1h').later().does(changeSeverity('critical')).sweep()
    expect(story.news()).toContain('1h promise_breached update')
  })

  it('of a ticket that became more urgent counts, of one that became less does not', () => {
    const story = new Story({ severity: 'normal' }).later()
    const ticket = { id: 'T-1', subject: 'Checkout is down' }
    story.does(updateTicket({ ...ticket, severity: 'low' }, false), 'generic')
    story.does(updateTicket({ ...ticket, severity: 'unheard' }, false), 'generic')
    expect(story.news()).toEqual(['0 ticket_updated generic', '0 ticket_updated generic'])
    story.does(updateTicket({ ...ticket, severity: 'critical' }, true), 'generic')
    expect(story.news()).toEqual(['0 ticket_updated generic', '0 severity_changed generic'])
    expect(story.is).toMatchObject({ severity: 'critical', ticket: { severity: 'critical' } })
  })

  it('that a person lowered stays low when the source repeats itself, not when somebody asks again', () => {
    const told = { id: 'T-1', subject: 'Checkout is down', severity: 'critical' }
    const story = new Story().does(updateTicket(told, false), 'generic').does(changeSeverity('high'), 'U0SAM')
    expect(story.does(updateTicket(told, false), 'generic').is.severity).toBe('high')
    expect(story.does(updateTicket(told, true), 'generic').is.severity).toBe('critical')
  })
})

describe('an end, and a new beginning', () => {
  it('keeps every promise, and forgets that we waited but not for how long', () => {
    const story = new Story()
      .does(acknowledge)
      .does(waitForCustomer)
      .sleeps('3h')
      .does(resolve('restarted'), 'U0KIM')
    expect(story.is).toMatchObject({
      state: 'resolved',
      resolvedBy: 'U0KIM',
      resolution: 'restarted',
      wakeAt: null,
      waitingSince: null,

      pauses: [{ from: monday, to: inHours(3) }],
    })
    expect(story.owes('resolve').kept).toBe('3h')
  })

  it('too late is late, though the clock did not look before', () => {
    const story = new Story().sleeps('13h').does(resolve(null))
    expect(story.owes('resolve')).toEqual({ due: '12h', kept: '13h', broken: '12h' })
  })

  it('reopens from the first tier with new promises, and the 30 days of the first beginning', () => {
    const story = new Story().does(escalateNow).does(acknowledge).does(resolve('done')).sleeps('2d')
    story.later().does(reopen('it is back'))
    expect(story.news()).toEqual(['2d reopened U0SAM', '2d paged frontline reopened'])
    expect(story.is).toMatchObject({
      state: 'paging',
      owner: null,
      round: 1,
      tier: 0,
      resolvedAt: null,
      resolution: null,
    })
    expect(story.owes('acknowledge')).toEqual({ due: '2d 15m', kept: 'never', broken: 'never' })
    expect(story.owes('thirtyDays').due).toBe('30d')
  })

  it.each([
    [7 * dayMs, 'U0SAM', undefined],
    [7 * dayMs + 1, 'U0SAM', 'reopen_window_passed'],
    [90 * dayMs, 'generic', undefined],
  ])('%i ms after it was resolved, for %s', (ms, by, refusal) => {
    const story = new Story().does(resolve('done'))
    story.now = addMs(story.now, ms)
    expect(story.tries(reopen(null), by)?.kind).toBe(refusal)
  })

  it('works as often as it comes back', () => {
    const story = new Story({ terms: termsWith({ missedPromise: ['manager'] }) })
    for (let n = 0; n < 3; n += 1) story.lives('2h').does(resolve('done')).sleeps('1d').does(reopen('again'))
    expect(story.later().lives('1h').news()).toContain('3d 7h raised manager update')
  })
})
