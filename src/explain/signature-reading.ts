import { Buffer } from 'node:buffer'
import type { SignatureHeader } from '../verify/schemes'
import { holdsSignature } from '../verify/signatures'
import { type Finding, counted, proven } from './finding'

// Finds a signature in a header's value, however it is spelled there.

interface Candidate {
  readonly bytes: Buffer
  readonly encoding: 'hex' | 'upper-hex' | 'base64' | 'base64url'
  readonly length: number
}

/** A header's value with the signatures that may stand in it. */
export interface SignatureReading {
  readonly value: string
  readonly header: SignatureHeader
  readonly candidates: readonly Candidate[]
}

/** A shorter beginning of a signature may be there by chance. */
const shortestBytes = 8

export function readSignatures(value: string, header: SignatureHeader): SignatureReading {
  const prefixes = [header.prefix, header.olderPrefix ?? ''].filter(prefix => prefix !== '')
  const without = prefixes.reduce((text, prefix) => text.replaceAll(prefix, ' '), value)
  const runs = new Set([value, without].flatMap(text => text.match(/[A-Za-z0-9+/_-]{10,}={0,2}/g) ?? []))
  const candidates = [...runs].flatMap(candidatesOf).filter(({ bytes }) => bytes.length >= shortestBytes)
  return { value, header, candidates }
}

function candidatesOf(run: string): readonly Candidate[] {
  const length = run.length
  const hex = /^[0-9a-fA-F]+$/.test(run)
    ? [{ bytes: Buffer.from(run, 'hex'), encoding: run === run.toLowerCase() ? 'hex' : 'upper-hex', length } as const]
    : []
  const encoding = /[_-]/.test(run) ? 'base64url' : 'base64'
  return [...hex, { bytes: Buffer.from(run, 'base64'), encoding, length }]
}

/** How the digest stands in the header: nothing wrong, a finding, or null where it does not. */
export function foundAs(digest: Buffer, { value, header, candidates }: SignatureReading): readonly Finding[] | null {
  const found = candidates.find(({ bytes }) =>
    digest.subarray(0, shortestBytes).equals(bytes.subarray(0, shortestBytes)),
  )
  if (found === undefined) return null
  const expected = spelled(digest, header.encoding)
  if (holdsSignature(value, header, expected)) return []
  if (found.bytes.equals(digest)) return [misspelled(found, header)]
  // Base64 that was cut off has up to two bytes less than its characters tell.
  if (
    found.bytes.length < digest.length &&
    digest.subarray(0, found.bytes.length - 1).equals(found.bytes.subarray(0, -1))
  ) {
    const message = `The signature in ${where(header)} is cut off: ${found.length} characters are there of ${expected.length}.`
    const remedy = 'Look for a column, a log or a header limit that is too short for it.'
    return [proven('signature-truncated', message, remedy)]
  }
  if (found.bytes.length <= digest.length) return null
  const message = `More stands behind the signature in ${where(header)} than its ${expected.length} characters.`
  return [proven('signature-spelling', message, 'Hand the header on as it came.')]
}

function where({ header }: SignatureHeader): string {
  return header[0] ?? 'the body'
}

function spelled(digest: Buffer, encoding: SignatureHeader['encoding']): string {
  return encoding === 'upper-hex' ? digest.toString('hex').toUpperCase() : digest.toString(encoding)
}

const names = {
  hex: 'lower-case hex',
  'upper-hex': 'hex in upper case',
  base64: 'base64',
  base64url: 'base64url',
} as const

function misspelled(found: Candidate, header: SignatureHeader): Finding {
  const { encoding, prefix } = header
  const remedy = 'Hand the header on as it came; senders write it exactly as the scheme says.'
  if (found.encoding !== encoding) {
    const message = `The signature in ${where(header)} is right, but written in ${names[found.encoding]}; the scheme has ${names[encoding]}.`
    return proven('signature-spelling', message, remedy)
  }
  if (encoding === 'base64' && found.length !== 44) {
    const message = `The signature in ${where(header)} is right, but lacks the = at its end.`
    return proven('signature-spelling', message, remedy)
  }
  const before =
    prefix === '' ? 'something stands before or after it' : `what stands around it is not what the scheme has`
  const message = `The signature in ${where(header)} is right, but ${before}: a prefix of ${counted(prefix.length, 'character')} belongs there, and no quotes, spaces or other signatures before the sixteenth.`
  return proven('signature-spelling', message, remedy)
}
