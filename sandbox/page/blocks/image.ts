import { h } from '../dom.ts'
import { safeUrl } from '../mrkdwn.ts'

interface Picture {
  alt_text: string
  image_url?: string
  slack_file?: { id?: string; url?: string }
}

/** Files of the workspace are here, under their id. */
function addressOf(picture: Partial<Picture>): string | undefined {
  const { image_url: url, slack_file: file } = picture
  if (file?.id !== undefined) return `${location.origin}/files/${encodeURIComponent(file.id)}`
  const address = url ?? file?.url
  return address === undefined ? undefined : safeUrl(address)
}

/** Only http and https images load; what does not load leaves its alternative text. */
export function image(
  picture: Picture | (object & { alt_text: string }),
  size: 'accessory' | 'small' | 'large',
): HTMLElement {
  const url = addressOf(picture)
  const missing = () =>
    h(
      'span',
      { class: `image-missing image-${size}`, role: 'img', 'aria-label': picture.alt_text },
      picture.alt_text,
    )
  if (!url || !/^https?:/i.test(url)) return missing()
  const node: HTMLElement = h('img', {
    src: url,
    alt: picture.alt_text,
    title: picture.alt_text,
    class: `image-${size}`,
    loading: 'lazy',
    referrerpolicy: 'no-referrer',
    on: { error: () => node.replaceWith(missing()) },
  })
  return node
}
