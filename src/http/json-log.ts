import type { Fields, Log } from '../rotation/log'
import { currentRequestId } from './request-scope'

export type LogLevel = 'info' | 'error'

export interface JsonLogSettings {
  readonly level: LogLevel
  readonly now: () => Date
  /** Takes one line, without its end. */
  readonly write: (line: string) => void
}

/** Writes one JSON object a line: `{level, message, timestamp, requestId, …fields}`. */
export function jsonLog({ level, now, write }: JsonLogSettings): Log {
  const line = (lineLevel: LogLevel, message: string, fields: Fields): void => {
    const head = { level: lineLevel, message, timestamp: now().toISOString(), requestId: currentRequestId() }
    write(JSON.stringify({ ...fields, ...head }))
  }
  return {
    info: (message, fields) => {
      if (level === 'info') line('info', message, fields)
    },
    error: (message, fields) => line('error', message, fields),
  }
}
