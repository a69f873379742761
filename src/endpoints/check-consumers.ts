import { Problem } from '../rotation/problem'

/**
 * Refuses a consumer whose account may not use the mirror key: the policy alone would not let it read.
 * @param readers account ids; undefined: any
 * @throws {Problem} `consumer-not-reader`, naming the consumer and the accounts
 */
export function checkConsumers(consumers: readonly string[], readers: readonly string[] | undefined): void {
  if (readers === undefined) return
  const errors = consumers.flatMap((consumer, index) => {
    const account = /\d{12}/.exec(consumer)?.[0] ?? ''
    if (readers.includes(account)) return []
    const message = `${consumer} is of account ${account}, which is not among the readers: ${readers.join(', ')}`
    return [{ path: `consumers.${index}`, message }]
  })
  const [first] = errors
  if (first !== undefined) throw new Problem('consumer-not-reader', `${first.message}.`, { errors })
}
