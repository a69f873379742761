import type { Contract } from '../../contracts/contract'
import { invalidField } from './invalid-field'

const longestUrl = 2048
/** As `URL` writes them: IPv4 in four decimal numbers. Names that lead to such addresses are refused when they are used. */
const privateHost =
  /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.[\d.]+$|^\[(?![23])|(?:^|\.)(?:localhost|local|internal)\.?$/

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
  if (rules.contract.url === 'public' && !isLocal && privateHost.test(hostname)) {
    throw invalidField(path, 'must lead to a public host')
  }
  if (username !== '' || password !== '') throw invalidField(path, 'must not hold a user or a password')
  return value
}
