import type { TimeFormat } from '../contracts/dimensions'

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
