/** What `/metrics` says now: each series, such as `belay_deliveries_total{kind="page",outcome="sent"}`, with its value. */
export async function scraped(url: string): Promise<Map<string, number>> {
  const response = await fetch(`${url}/metrics`)
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`)
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.replace(/ \S+$/, ''), Number(line.split(' ').at(-1))]))
}

/** What is told is told anew a second after it was asked for. */
export async function scrapedAnew(url: string): Promise<Map<string, number>> {
  await new Promise((soon) => setTimeout(soon, 1100))
  return scraped(url)
}
