import type {
  App,
  BlockAction,
  ButtonAction,
  OverflowAction,
  RespondFn,
  SlashCommand,
  ViewSubmitAction,
} from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { defaultSeverity, severityTimes } from '../../domain/policy.ts'
import { addWorking } from '../../domain/hours.ts'
import { hoursOf } from '../../domain/policy-terms.ts'
import type { ButtonName, EntryName, ModalName, Origin } from '../buttons.ts'
import { buttons, links, moreId, readDrawn, readEntry, readOrigin } from '../buttons.ts'
import type { Message } from '../blocks.ts'
import { describe } from '../log.ts'
import { within } from '../receivers/within.ts'
import { escalateModal, readEscalateModal } from '../views/escalate-modal.ts'
import type { Prefill } from '../views/escalate-modal.ts'
import type { FormValues } from '../views/form.ts'
import { notSaved } from '../views/not-saved.ts'
import { opened } from '../views/opened.ts'
import { refusal } from '../views/refusal.ts'
import type { Scene } from '../views/scene.ts'
import type { Usual } from '../views/update-modal.ts'
import { presses } from './buttons.ts'
import { readCommand, subcommands, unescaped } from './commands.ts'
import { escalate } from './escalate.ts'
import { submits } from './forms.ts'
import { showHome } from './home.ts'
import { asAdmin } from './quarantine.ts'
import type { Listening, Person, Tell } from './listening.ts'
import { act, inTime, isOutsider, sceneOf } from './listening.ts'

/** The command, shortcut and events we listen to: manifest.yml is held to these. */
export const command = '/escalate'
export const shortcut = 'escalate_message'

/**
 * Everything that people can do to us in Slack. Each listener does its work before it acknowledges, so that what Slack
 * was told is kept, is kept; what goes wrong is told to the person by the one who catches it here.
 */
export function listen(app: App, listening: Listening): void {
  for (const name of Object.keys(buttons) as ButtonName[])
    app.action<BlockAction<ButtonAction>>(name, async ({ ack, body, action, respond }) => {
      const drawn = readDrawn(action.value)
      await answered(listening, ack, answerTo(listening, body, respond), (tell) =>
        press(listening, name, drawn, body, tell),
      )
    })
  app.action<BlockAction<OverflowAction>>(moreId, async ({ ack, body, action, respond }) => {
    const entry = readEntry(action.selected_option.value)
    await answered(
      listening,
      ack,
      whisper(respond),
      async (tell) => entry && press(listening, entry.do, entry, body, tell),
    )
  })
  for (const name of Object.keys(links)) app.action(name, async ({ ack }) => ack())
  app.command(command, async ({ ack, command: typed, respond }) => {
    await answered(listening, ack, whisper(respond), (tell) => onCommand(listening, typed, tell))
  })
  app.shortcut(
    { callback_id: shortcut, type: 'message_action' },
    async ({ ack, shortcut: used, respond }) => {
      await answered(listening, ack, whisper(respond), (tell) => onShortcut(listening, used, tell))
    },
  )
  app.view<ViewSubmitAction>('escalate', async ({ ack, body }) => {
    const { answer, already } = await onEscalate(listening, body)
    await ack(answer)
    if (already) await tellOpened(listening, already, body.user.id)
  })
  for (const name of Object.keys(submits) as (keyof typeof submits)[])
    app.view<ViewSubmitAction>(name, async ({ ack, body }) => ack(await onSubmit(listening, name, body)))
}

/** Says something to the person who pressed or typed. */
type Say = (message: Message) => Promise<unknown>

/** Where they are, to them alone. */
function whisper(respond: RespondFn): Say {
  return ({ text, blocks }) => respond({ response_type: 'ephemeral', replace_original: false, text, blocks })
}

/** In the Home tab nothing can be whispered: it stands there when it is drawn anew. */
function answerTo(listening: Listening, { view, user }: BlockAction, respond: RespondFn): Say {
  if (view?.type !== 'home') return whisper(respond)
  return ({ text }) => showHome(listening, user.id, listening.clock.now(), text)
}

/**
 * The work, then the acknowledgement, then what there is to say. A failure is told to the person, and Slack hears that we
 * have taken care of it.
 */
async function answered(
  listening: Listening,
  ack: () => Promise<void>,
  say: Say,
  work: (tell: Tell) => Promise<unknown>,
): Promise<void> {
  const said: Message[] = []
  try {
    await work(async (message) => void said.push(message))
  } catch (error) {
    listening.log.error({ err: describe(error) }, 'what a person asked for could not be done')
    said.push(notSaved())
  }
  await ack()
  for (const message of said) await sayInTime(listening, say, message)
}

/** Slack takes an answer at once or not at all: a handler must not wait for it for ever. */
const sayWithinMs = 2000

async function sayInTime({ log }: Listening, say: Say, message: Message): Promise<void> {
  const silence = new Error(`Slack did not take it within ${sayWithinMs} ms`)
  try {
    const failed = await within(say(message), sayWithinMs, silence)
    if (failed === silence) throw silence
  } catch (error) {
    log.warn({ err: describe(error) }, 'an answer did not reach the person who asked')
  }
}

function personIn(user: { id: string; team_id?: string }, team: { id: string } | null): Person {
  return { id: user.id, team: user.team_id ?? team?.id ?? null }
}

async function press(
  listening: Listening,
  name: ButtonName | EntryName,
  drawn: { e: number; v: number } | null,
  body: BlockAction,
  tell: Tell,
): Promise<void> {
  const by = personIn(body.user, body.team)
  if (!drawn) return
  const since = performance.now()
  const does = presses[name]
  if ('admin' in does) return tell(await asAdmin(listening, does.admin, drawn.e, by))
  if ('verb' in does) {
    await act(listening, { id: drawn.e, by, seen: drawn.v, since }, does.verb, tell)
    return
  }
  if (isOutsider(listening, by)) return tell(refusal({ kind: 'outsider' }, null))
  const drawing = await inTime(listening, () => drawingOf(listening, drawn.e), since)
  if (!drawing) return tell(notSaved())
  const { scene } = drawing
  if (!scene) return tell(refusal({ kind: 'no_such_escalation', escalation: drawn.e }, null))
  if (scene.escalation.state === 'resolved') {
    await act(listening, { id: drawn.e, by, seen: drawn.v, since }, alreadyResolved, tell)
    return
  }
  await show(listening, body.trigger_id, does.form(scene, drawing.usual))
}

/** What a form about an escalation is drawn from. */
async function drawingOf(listening: Listening, id: number) {
  const scene = await sceneOf(listening, id)
  return scene ? { scene, usual: await usual(listening, scene) } : { scene }
}

/** A form would be refused when it is submitted; who presses its button hears it now. */
const alreadyResolved: Parameters<typeof act>[2] = ({ resolvedBy, resolvedAt }) => ({
  kind: 'refused',
  refusal: { kind: 'already_resolved', by: resolvedBy, at: resolvedAt },
})

/** The severity's interval between updates to the customer, and when the next would be due. */
async function usual({ store }: Listening, { escalation, now }: Scene): Promise<Usual> {
  const version = await store.book.version(store.db, escalation.policyHash)
  const { update, hours } = severityTimes(version, escalation.severity)
  return { every: update, by: addWorking(hoursOf(version, hours), now, update) }
}

async function onCommand(listening: Listening, typed: SlashCommand, tell: Tell): Promise<void> {
  const by = { id: typed.user_id, team: typed.team_id }
  if (isOutsider(listening, by)) return tell(refusal({ kind: 'outsider' }, null))
  const { live } = listening.store.book
  const meant = readCommand(typed.text, live)
  if (meant.kind === 'answer') {
    const answer = await inTime(listening, () => subcommands[meant.subcommand](listening, meant.argument))
    return tell(answer ?? notSaved())
  }
  await openForm(listening, typed.trigger_id, meant.prefill, { channel: typed.channel_id })
}

/** A trigger lives for 3 seconds. Slack may take longer to say that it has shown the form; the person has it by then. */
const showWithinMs = 2000

async function show({ writes }: Listening, trigger: string, view: ModalView): Promise<void> {
  await within(writes.views.open({ trigger_id: trigger, view }), showWithinMs, undefined)
}

async function openForm(
  listening: Listening,
  trigger: string,
  prefill: Prefill,
  origin: Origin,
): Promise<void> {
  const { live } = listening.store.book
  const severities = live.severities.map(({ name }) => name)
  const view = escalateModal({ prefill, severities, usual: defaultSeverity(live), origin })
  await show(listening, trigger, view)
}

/** A message, as the shortcut hands it over. */
type Used = {
  trigger_id: string
  user: { id: string; team_id?: string }
  team: { id: string } | null
  channel: { id: string }
  message: { ts: string; thread_ts?: string; text?: string }
}

async function onShortcut(listening: Listening, used: Used, tell: Tell): Promise<void> {
  if (isOutsider(listening, personIn(used.user, used.team))) return tell(refusal({ kind: 'outsider' }, null))
  const { ts, thread_ts, text = '' } = used.message
  const link = listening.identity()?.url
  const origin = {
    channel: used.channel.id,
    message: ts,
    ...(thread_ts && { thread: thread_ts }),
    ...(link && { link: `${link}archives/${used.channel.id}/p${ts.replace('.', '')}` }),
  }
  await openForm(listening, used.trigger_id, { summary: unescaped(text) }, origin)
}

/** What Slack is answered when a form is submitted: nothing closes it. */
type FormAnswer = { response_action: 'errors'; errors: Record<string, string> } | undefined

function atFirstInput(values: FormValues, { text }: Message): FormAnswer {
  return { response_action: 'errors', errors: { [Object.keys(values)[0] ?? '']: text } }
}

/** `already`: it was escalated before, which they are told once the form is closed. */
type EscalateAnswer = { answer: FormAnswer; already?: { id: number; channel: string } }

async function onEscalate(
  listening: Listening,
  { view, user, team }: ViewSubmitAction,
): Promise<EscalateAnswer> {
  const values = view.state.values as FormValues
  if (isOutsider(listening, personIn(user, team)))
    return { answer: atFirstInput(values, refusal({ kind: 'outsider' }, null)) }
  const read = readEscalateModal(values)
  if (!read.ok) return { answer: { response_action: 'errors', errors: read.errors } }
  const origin = readOrigin(view.private_metadata)
  const submission = { view: view.id, by: user.id, form: read.data, origin }
  const done = await inTime(listening, (signal) => escalate(listening, submission, signal))
  if (!done) return { answer: atFirstInput(values, notSaved()) }
  const { channel } = origin
  return { answer: undefined, ...(done.already && channel && { already: { id: done.id, channel } }) }
}

/** Whoever escalated what is escalated already is told so; a direct message tells the others. */
async function tellOpened(
  listening: Listening,
  { id, channel }: { id: number; channel: string },
  user: string,
): Promise<void> {
  const scene = await sceneOf(listening, id)
  const home = scene?.escalation.home ?? null
  const { text, blocks } = opened({
    id,
    already: true,
    channel: home,
    link: (home && scene?.links.get(home)) ?? null,
  })
  await listening.writes.chat.postEphemeral({ channel, user, text, blocks }).catch((error: unknown) => {
    listening.log.warn(
      { err: describe(error), channel },
      'the person was not told that it is escalated already',
    )
  })
}

async function onSubmit(
  listening: Listening,
  name: Exclude<ModalName, 'escalate'>,
  body: ViewSubmitAction,
): Promise<FormAnswer> {
  const since = performance.now()
  const values = body.view.state.values as FormValues
  const drawn = readDrawn(body.view.private_metadata)
  const read = await submits[name](values, listening.clock.now(), listening)
  if (!read.ok) return { response_action: 'errors', errors: read.errors }
  if (!drawn) return atFirstInput(values, notSaved())
  let answer: FormAnswer
  const tell: Tell = async (message) => {
    answer = atFirstInput(values, message)
  }
  const by = personIn(body.user, body.team)
  await act(listening, { id: drawn.e, by, seen: drawn.v, since }, read.data, tell)
  return answer
}
