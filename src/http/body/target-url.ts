import type { Contract } from '../../contracts/contract'
import { invalidField } from './invalid-field'

const longestUrl = 2048

export interface TargetRules {
  readonly contract: Contract
  /** Whether `http` to 127.0.0.1 and localhost is allowed, as in a local run. */
  readonly insecureTargets: boolean
}

/** Where deliveries go: an https URL without user and password, kept as it was given. */
export function readTargetUrl(path: string, rules: TargetRules, value: unknown): string | null {
  if (value === null && rules.contract.url === 'optional') return null
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value) || value.length > longestUrl || !URL.canParse(value)) {
    throw invalidField(path, `must be a URL of at most ${longestUrl} ASCII characters`)
  }
  const { protocol, hostname, username, password } = new URL(value)
  const isLocal = protocol === 'http:' && (hostname === '127.0.0.1' || hostname === 'localhost')
  if (protocol !== 'https:' && !(rules.insecureTargets && isLocal)) throw invalidField(path, 'must be an https URL')
  if (username !== '' || password !== '') throw invalidField(path, 'must not hold a user or a password')
  return value
}
