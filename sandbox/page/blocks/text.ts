import type { TextObject } from '@slack/types'
import type { Child } from '../dom.ts'
import { paintMrkdwn, paintPlain, plainText, type Scene } from '../paint.ts'

export function paintText(text: TextObject | undefined, scene: Scene): Child {
  if (!text) return null
  return text.type === 'mrkdwn' ? paintMrkdwn(text.text, scene) : paintPlain(text.text, text.emoji !== false)
}

/** For attributes and options, where only a string can stand. */
export const stringOf = (text: TextObject | undefined): string => (text ? plainText(text.text) : '')
