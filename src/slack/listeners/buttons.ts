import type { ModalView } from '@slack/types'
import type { Verb } from '../../domain/verbs.ts'
import { acknowledge, escalateNow, release, reopen, resume, waitForCustomer } from '../../domain/verbs.ts'
import type { ButtonName, EntryName } from '../buttons.ts'
import type { AdminPress } from './quarantine.ts'
import { release as releaseQuarantined } from './quarantine.ts'
import { handOffModal } from '../views/hand-off-modal.ts'
import { noteModal } from '../views/note-modal.ts'
import { resolveModal } from '../views/resolve-modal.ts'
import type { Scene } from '../views/scene.ts'
import { severityModal } from '../views/severity-modal.ts'
import { updateModal } from '../views/update-modal.ts'
import type { Usual } from '../views/update-modal.ts'

/** What a press does: act at once, open a form, or do what only administrators may. */
export type Press =
  | { verb: Verb }
  | { form: (scene: Scene, usual: Usual) => ModalView }
  | { admin: AdminPress }

/** Every button and every entry behind `more`: one that is missing here does not compile. */
export const presses: Record<ButtonName | EntryName, Press> = {
  acknowledge: { verb: acknowledge },
  escalate_now: { verb: escalateNow },
  hand_off: { form: handOffModal },
  update_customer: { form: updateModal },
  resolve: { form: resolveModal },
  reopen: { verb: reopen() },
  release_quarantined: { admin: releaseQuarantined },
  release: { verb: release },
  note: { form: noteModal },
  wait: { verb: waitForCustomer },
  resume: { verb: resume },
  severity: { form: severityModal },
}
