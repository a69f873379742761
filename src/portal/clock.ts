// The server's time. A reader's clock may be an hour off, and what ends, ends by the server's.

/** Below this, a difference is the network's. */
const leastMilliseconds = 5000
let aheadMilliseconds = 0

/** Takes the time that a reply says it was sent at (`Date`, to the second). What says none changes nothing. */
export function followServer({ headers }: Pick<Response, 'headers'>): void {
  const sentAt = Date.parse(headers.get('date') ?? '')
  if (Number.isNaN(sentAt)) return
  const ahead = sentAt - Date.now()
  aheadMilliseconds = Math.abs(ahead) < leastMilliseconds ? 0 : ahead
}

/** Now, by the server's clock as far as its replies have told. */
export function serverNow(): Date {
  return new Date(Date.now() + aheadMilliseconds)
}
