/** Weeks, or days and a time, in whole numbers. Years and months have no fixed length. */
const pattern = /^P(?:(\d{1,6})W|(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})S)?)?)$/

const secondsOf = [7 * 24 * 60 * 60, 24 * 60 * 60, 60 * 60, 60, 1]

/** The seconds of an ISO 8601 duration like `P1DT12H` or `P2W`, or null where `text` is none. */
export function parseIsoDuration(text: string): number | null {
  const counts = pattern.exec(text)?.slice(1)
  if (counts === undefined || counts.every(count => count === undefined)) return null
  return counts.reduce((sum, count, index) => sum + Number(count ?? 0) * (secondsOf[index] ?? 0), 0)
}
