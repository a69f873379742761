import { jsonLog } from '../src/http/json-log'
import type { Log } from '../src/rotation/log'
import type { HttpEnvironment } from './environment'

/** A log on standard output, which Lambda sends to CloudWatch line by line. */
export function logOf({ LOG_LEVEL }: Pick<HttpEnvironment, 'LOG_LEVEL'>): Log {
  const write = (line: string): void => void process.stdout.write(`${line}\n`)
  return jsonLog({ level: LOG_LEVEL, now: () => new Date(), write })
}
