import type { TimeFormat } from './dimensions'

/** A time as a contract writes it. Seconds are cut, not rounded; microseconds end in three zeros. */
export function formatTime(at: Date, format: TimeFormat): string | number {
  switch (format) {
    case 'iso-seconds':
      return `${at.toISOString().slice(0, 19)}Z`
    case 'iso-millis':
      return at.toISOString()
    case 'iso-micros-offset':
      return `${at.toISOString().slice(0, 23)}000+00:00`
    case 'unix-seconds':
      return Math.floor(at.getTime() / 1000)
    case 'unix-millis':
      return at.getTime()
  }
}

/** A time as a vendor writes it, or null. Any ISO 8601 time with a zone is taken, whatever its precision. */
export function parseTime(value: unknown, format: TimeFormat): Date | null {
  if (typeof value === 'number') return valid(format === 'unix-seconds' ? value * 1000 : value)
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(value)) return null
  return valid(Date.parse(value))
}

function valid(milliseconds: number): Date | null {
  const at = new Date(milliseconds)
  return Number.isNaN(at.getTime()) ? null : at
}
