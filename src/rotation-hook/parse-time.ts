import type { TimeFormat } from '../contracts/dimensions'

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
