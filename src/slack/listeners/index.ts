import type {
  App,
  BlockAction,
  ButtonAction,
  OverflowAction,
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
import { receivedAt } from '../receivers/received.ts'
import { escalateModal, readEscalateModal } from '../views/escalate-modal.ts'
import type { Prefill } from '../views/escalate-modal.ts'
import type { FormValues } from '../views/form.ts'
import { opened } from '../views/opened.ts'
import { refusal } from '../views/refusal.ts'
import type { Scene } from '../views/scene.ts'
import { notOpened, notRead, notSaved } from '../views/sorry.ts'
import type { Usual } from '../views/update-modal.ts'
import { answered, answerTo, whisper } from './answering.ts'
import { presses } from './buttons.ts'
import { readCommand, subcommands, unescaped } from './commands.ts'
import { escalate } from './escalate.ts'
import { submits } from './forms.ts'
import { asAdmin } from './quarantine.ts'
import type { Asked, Listening, Person, Tell } from './listening.ts'
import { act, beforeAnswer, inTime, isOutsider, saving, sceneOf } from './listening.ts'

/** The command, shortcut and events we listen to: manifest.yml is held to these. */
export const command = '/escalate'
export const shortcut = 'escalate_message'

/**
 * Everything that people can do to us in Slack. Each listener does its work before it acknowledges, so that what Slack
 * was told is kept, is kept; what goes wrong is told to the person by the one who catches it here.
 */
export function listen(app: App, listening: Listening): void {
  for (const name of Object.keys(buttons) as ButtonName[])
    app.action<BlockAction<ButtonAction>>(name, async ({ ack, context, body, action, respond }) => {
      const drawn = readDrawn(action.value)
      await answered(listening, { ack, context }, answerTo(listening, body, respond), (asked) =>
        press(listening, name, drawn, body, asked),
      )
    })
  app.action<BlockAction<OverflowAction>>(moreId, async ({ ack, context, body, action, respond }) => {
    const entry = readEntry(action.selected_option.value)
    await answered(
      listening,
      { ack, context },
      whisper(respond),
      async (asked) => entry && press(listening, entry.do, entry, body, asked),
    )
  })
  for (const name of Object.keys(links)) app.action(name, async ({ ack }) => ack())
  app.command(command, async ({ ack, context, command: typed, respond }) => {
    await answered(listening, { ack, context }, whisper(respond), (asked) =>
      onCommand(listening, typed, asked),
    )
  })
  app.shortcut(
    { callback_id: shortcut, type: 'message_action' },
    async ({ ack, context, shortcut: used, respond }) => {
      await answered(listening, { ack, context }, whisper(respond), (asked) =>
        onShortcut(listening, used, asked),
      )
    },
  )
  app.view<ViewSubmitAction>('escalate', async ({ ack, context, body }) => {
    const { answer, already } = await onEscalate(listening, body, receivedAt(context))
    await ack(answer)
    if (already) await tellOpened(listening, already, body.user.id)
  })
  for (const name of Object.keys(submits) as (keyof typeof submits)[])
    app.view<ViewSubmitAction>(name, async ({ ack, context, body }) =>
      ack(await onSubmit(listening, name, body, receivedAt(context))),
    )
}

function personIn(user: { id: string; team_id?: string }, team: { id: string } | null): Person {
  return { id: user.id, team: user.team_id ?? team?.id ?? null }
}

async function press(
  listening: Listening,
  name: ButtonName | EntryName,
  drawn: { e: number; v: number } | null,
  body: BlockAction,
  asked: Asked,
): Promise<void> {
  const { since, tell } = asked
  const by = personIn(body.user, body.team)
  if (!drawn) return
  const does = presses[name]
  if ('admin' in does) return tell(await asAdmin(listening, does.admin, drawn.e, by, since))
  if ('verb' in does) {
    await act(listening, { id: drawn.e, by, seen: drawn.v, since }, does.verb, tell)
    return
  }
  if (isOutsider(listening, by)) return tell(refusal({ kind: 'outsider' }, null))
  const drawing = await inTime(listening, since, () => drawingOf(listening, drawn.e))
  if (!drawing) return tell(notSaved())
  const { scene } = drawing
  if (!scene) return tell(refusal({ kind: 'no_such_escalation', escalation: drawn.e }, null))
  if (scene.escalation.state === 'resolved') {
    await act(listening, { id: drawn.e, by, seen: drawn.v, since }, alreadyResolved, tell)
    return
  }
  await show(listening, asked, body.trigger_id, does.form(scene, drawing.usual))
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

async function onCommand(listening: Listening, typed: SlashCommand, asked: Asked): Promise<void> {
  const { since, tell } = asked
  const by = { id: typed.user_id, team: typed.team_id }
  if (isOutsider(listening, by)) return tell(refusal({ kind: 'outsider' }, null))
  const { live } = listening.store.book
  const meant = readCommand(typed.text, live)
  if (meant.kind === 'answer') {
    const answer = await inTime(listening, since, () =>
      subcommands[meant.subcommand](listening, meant.argument),
    )
    return tell(answer ?? notRead())
  }
  await openForm(listening, asked, typed.trigger_id, meant.prefill, { channel: typed.channel_id })
}

/** Opens a form, or tells the person that Slack did not. */
async function show(
  { writes, log }: Listening,
  { since, tell }: Asked,
  trigger: string,
  view: ModalView,
): Promise<void> {
  const opened = writes.views.open({ trigger_id: trigger, view }).then(
    () => true,
    (error: unknown) => {
      log.warn({ err: describe(error) }, 'Slack did not open a form; the person was told')
      return false
    },
  )
  if (!(await beforeAnswer(since, opened, false))) await tell(notOpened())
}

async function openForm(
  listening: Listening,
  asked: Asked,
  trigger: string,
  prefill: Prefill,
  origin: Origin,
): Promise<void> {
  const { live } = listening.store.book
  const severities = live.severities.map(({ name }) => name)
  const view = escalateModal({ prefill, severities, usual: defaultSeverity(live), origin })
  await show(listening, asked, trigger, view)
}

/** A message, as the shortcut hands it over. */
type Used = {
  trigger_id: string
  user: { id: string; team_id?: string }
  team: { id: string } | null
  channel: { id: string }
  message: { ts: string; thread_ts?: string; text?: string }
}

async function onShortcut(listening: Listening, used: Used, asked: Asked): Promise<void> {
  if (isOutsider(listening, personIn(used.user, used.team)))
    return asked.tell(refusal({ kind: 'outsider' }, null))
  const { ts, thread_ts, text = '' } = used.message
  const link = listening.identity()?.url
  const origin = {
    channel: used.channel.id,
    message: ts,
    ...(thread_ts && { thread: thread_ts }),
    ...(link && { link: `${link}archives/${used.channel.id}/p${ts.replace('.', '')}` }),
  }
  await openForm(listening, asked, used.trigger_id, { summary: unescaped(text) }, origin)
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
  since: number,
): Promise<EscalateAnswer> {
  const values = view.state.values as FormValues
  if (isOutsider(listening, personIn(user, team)))
    return { answer: atFirstInput(values, refusal({ kind: 'outsider' }, null)) }
  const read = readEscalateModal(values)
  if (!read.ok) return { answer: { response_action: 'errors', errors: read.errors } }
  const origin = readOrigin(view.private_metadata)
  const submission = { view: view.id, by: user.id, form: read.data, origin }
  const saved = await saving(listening, since, (mayCommit) => escalate(listening, submission, mayCommit))
  if (!saved.ok) return { answer: atFirstInput(values, saved.sorry) }
  const { channel } = origin
  const { id, already } = saved.done
  return { answer: undefined, ...(already && channel && { already: { id, channel } }) }
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
  since: number,
): Promise<FormAnswer> {
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
