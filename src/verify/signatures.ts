import type { SignatureHeader } from './scheme'

/** More signatures than this in one header are not looked at. */
const MAX_SIGNATURES = 16

/**
 * The encoded signatures in a header's value, in order; what does not start with the scheme's prefix (another version)
 * is skipped and not counted.
 */
export function signaturesIn(value: string, { form, prefix }: SignatureHeader): string[] {
  if (form === 'single') return value.startsWith(prefix) ? [value.slice(prefix.length)] : []
  const signatures: string[] = []
  for (let start = 0; start < value.length && signatures.length < MAX_SIGNATURES;) {
    const end = endOfPart(value, form === 'list' ? ' ' : ',', start)
    if (value.startsWith(prefix, start)) signatures.push(untilComma(value, start + prefix.length, end))
    start = end + 1
  }
  return signatures
}

/** The texts of every `t=` in a timestamped list: a well-formed one has exactly one. */
export function timestampsIn(value: string): string[] {
  const timestamps: string[] = []
  for (let start = 0; start < value.length;) {
    const end = endOfPart(value, ',', start)
    if (value.startsWith('t=', start)) timestamps.push(value.slice(start + 2, end))
    start = end + 1
  }
  return timestamps
}

function endOfPart(value: string, separator: string, start: number): number {
  const end = value.indexOf(separator, start)
  return end === -1 ? value.length : end
}

// Of `v1,<signature>,<anything>` only the signature counts, as in the reference library: a header that was sent twice
// reaches a receiver joined by a comma and a space.
function untilComma(value: string, start: number, end: number): string {
  return value.slice(start, Math.min(end, endOfPart(value, ',', start)))
}
