/** Events, deliveries and attempts are kept this long; DynamoDB drops them within days after. */
const keptSeconds = 30 * 24 * 60 * 60

/** The attribute `ttl` of an item that began at `at`: unix seconds. */
export function timeToLive(at: Date): number {
  return Math.floor(at.getTime() / 1000) + keptSeconds
}
