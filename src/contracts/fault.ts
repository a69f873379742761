import type { TextFormat } from './contract'

/** A member of a contract and what is wrong with it, or false. */
export type Fault = string | false | undefined

/** Those that there are, each once. */
export function faultsIn(faults: readonly Fault[]): readonly string[] {
  return [...new Set(faults.flatMap(fault => (fault === false || fault === undefined ? [] : [fault])))]
}

/** RFC 9110, section 5.6.2: what the name of a header is. */
export function isToken(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)
}

/** The name of a header as a contract writes it where the case says nothing. */
export function isLowerCaseToken(name: string): boolean {
  return isToken(name) && name === name.toLowerCase()
}

export function isSeconds(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

export function fitsEncoding({ encoding, bytes }: TextFormat): boolean {
  return Number.isInteger(bytes) && (encoding !== 'uuid' || bytes === 16)
}
