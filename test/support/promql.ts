/** What an expression of Prometheus asks of a label: `kind=~"page|direct"`. */
export type Matcher = { metric: string; label: string; values: string[] }

/** Every matcher in an expression. A pattern is read as the words between its bars. */
export function matchersIn(expression: string): Matcher[] {
  return [...expression.matchAll(/(\w+)\{([^}]*)\}/g)].flatMap(([, metric = '', inside = '']) =>
    [...inside.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(([, label = '', how = '', value = '']) => ({
      metric,
      label,
      values: how.endsWith('~') ? value.split('|') : [value],
    })),
  )
}

/** The labels that an expression keeps when it puts series together; null when it keeps all of them. */
export function keptBy(expression: string): string[] | null {
  const [aggregated] = expression.match(/\b(sum|max|min|avg|count)\b/g) ?? []
  if (!aggregated) return null
  return [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(/,\s*/))
}
