// Times as people read them: in the zone and the manner of whoever reads, with the exact one at hand.

export const secondsIn = { minute: 60, hour: 60 * 60, day: 24 * 60 * 60 } as const

/** How a reader wants times: a BCP 47 tag, and an IANA zone; undefined: as the browser has it. */
export interface Reader {
  readonly locale: string | undefined
  readonly timeZone?: string
}

/** A locale that the browser knows; undefined: none, or no locale at all. */
export function knownLocale(locale: string | null): string | undefined {
  try {
    return locale === null ? undefined : Intl.DateTimeFormat.supportedLocalesOf([locale])[0]
  } catch {
    // Not the form of a tag.
    return undefined
  }
}

/** Such as `30 Nov 2026, 18:42`. */
export function localTime(at: Date, { locale, timeZone }: Reader): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(at)
}

/** The same moment for whoever compares it with a log: `2026-11-30T17:42:10.123Z`. */
export function exactTime(at: Date): string {
  return at.toISOString()
}

/** Such as `in 3 hours` or `2 days ago`. */
export function fromNow(at: Date, now: Date, { locale }: Reader): string {
  const seconds = (at.getTime() - now.getTime()) / 1000
  const { unit, count } = largestUnit(Math.abs(seconds))
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'always' })
  return format.format(seconds < 0 ? -count : count, unit)
}

/** Such as `15 minutes`; a part of the unit counts as a whole one. */
export function duration(seconds: number, { locale }: Reader): string {
  const { unit, count } = largestUnit(seconds)
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count)
}

/** Two of a unit at the least, so that `36 hours` does not become `2 days`. */
function largestUnit(seconds: number): { readonly unit: 'second' | 'minute' | 'hour' | 'day'; readonly count: number } {
  const { minute, hour, day } = secondsIn
  if (seconds >= 2 * day || (seconds >= day && seconds % day === 0))
    return { unit: 'day', count: Math.ceil(seconds / day) }
  if (seconds >= 2 * hour || (seconds >= hour && seconds % hour === 0))
    return { unit: 'hour', count: Math.ceil(seconds / hour) }
  if (seconds >= minute) return { unit: 'minute', count: Math.ceil(seconds / minute) }
  return { unit: 'second', count: Math.ceil(seconds) }
}
