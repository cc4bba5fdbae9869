/** What Slack hands over when a form is submitted: `view.state.values`. */
export type FormValues = Readonly<
  Record<
    string,
    Readonly<
      Record<
        string,
        {
          value?: string | null
          selected_option?: { value: string } | null
          selected_user?: string | null
          selected_date_time?: number | null
        }
      >
    >
  >
>

/** A form as data, or the sentence to show at each input (by block id) that has to be put right. */
export type Read<T> = { ok: true; data: T } | { ok: false; errors: Record<string, string> }
