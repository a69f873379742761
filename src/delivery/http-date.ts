const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const longDays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const time = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)'
const month = `(?<month>${months.join('|')})`
const forms = [
  `(?:${days.join('|')}), (?<day>\\d\\d) ${month} (?<year>\\d{4}) ${time} GMT`,
  `(?:${longDays.join('|')}), (?<day>\\d\\d)-${month}-(?<year>\\d\\d) ${time} GMT`,
  `(?:${days.join('|')}) ${month} (?<day>[ \\d]\\d) ${time} (?<year>\\d{4})`,
].map(form => new RegExp(`^${form}$`))

/**
 * A time as HTTP writes it, in each of its three forms (RFC 9110, section 5.6.7), or null. The name of the day is not
 * compared with the date.
 */
export function parseHttpDate(text: string, now: Date): Date | null {
  const found = forms.map(form => form.exec(text)?.groups).find(groups => groups !== undefined)
  if (found === undefined) return null
  const { day = '', month: name = '', hour = '', minute = '', second = '' } = found
  const year = yearOf(found['year'] ?? '', now)
  const at = new Date(0)
  at.setUTCFullYear(year, months.indexOf(name), Number(day))
  if (at.getUTCDate() !== Number(day) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null
  // A leap second is taken for the first of the next minute.
  at.setUTCHours(Number(hour), Number(minute), Number(second))
  return at
}

/** Of two digits, it is the last such year that is not more than 50 years from now. */
function yearOf(digits: string, now: Date): number {
  if (digits.length === 4) return Number(digits)
  const latest = now.getUTCFullYear() + 50
  return latest - ((latest - Number(digits)) % 100)
}
