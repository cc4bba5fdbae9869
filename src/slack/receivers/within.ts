/** What the work gives. Fails when it is not done by then; the work goes on. */
export async function orLate<T>(work: Promise<T>, mostMs: number): Promise<T> {
  const late: unique symbol = Symbol('late')
  const result = await within(work, mostMs, late)
  if (result === late) throw new Error(`not done within ${Math.round(mostMs)} ms`)
  return result
}

/** What the work gives, or `otherwise` when it is not done by then. Leaves no timer behind; the work goes on. */
export async function within<T, E>(work: Promise<T>, mostMs: number, otherwise: E): Promise<T | E> {
  let patience: NodeJS.Timeout | undefined
  const over = new Promise<E>((done) => {
    patience = setTimeout(done, mostMs, otherwise)
  })
  try {
    return await Promise.race([work, over])
  } finally {
    clearTimeout(patience)
  }
}
