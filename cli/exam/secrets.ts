import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import * as v from 'valibot'
import { OperatorError } from '../../local/operator-error'
import { systemCode } from '../../scripts/files'
import { keyBytes, type KeyBytes } from '../../src/verify'

// The secrets of the receiver under test. They come by a file, by standard input or by the environment, never as
// arguments, which every user of the machine can list.

export const secretsVariable = 'KEYTURN_EXAM_SECRETS'

/** A receiver's secrets, newest first. */
export interface ReceiverSecrets {
  readonly live: readonly [string, ...string[]]
  readonly ended: readonly string[]
  /** How many were left out, since they end, or ended, within a minute of now. */
  readonly ending: number
  /** Null: nothing says it. */
  readonly tenantId: string | null
  /** Whether they came as a document with keys: a plain secret tells of no other key. */
  readonly isDocument: boolean
}

export interface Place {
  /** The text. */
  readonly text: string
  /** What errors call it. */
  readonly name: string
}

/**
 * What is in a file, or at standard input where its name is `-`. One line feed at the end is the file's, not the secret's.
 * @throws {OperatorError} when it cannot be read
 */
export async function readPlace(file: string): Promise<Place> {
  const name = file === '-' ? 'standard input' : file
  try {
    const content = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
    return { text: content.replace(/\r?\n$/, ''), name }
  } catch (error) {
    throw new OperatorError(`${name} cannot be read (${systemCode(error) ?? 'failed'})`, { cause: error })
  }
}

/** What is read of a mirror's document. Without `expiresAt` a key does not end. */
const document = v.object({
  tenantId: v.optional(v.string('must be a text')),
  keys: v.pipe(
    v.array(
      v.object(
        {
          secret: v.pipe(v.string('must be a text'), v.nonEmpty('must not be empty')),
          expiresAt: v.optional(
            v.nullable(
              v.pipe(
                v.string('must be a time such as 2027-01-31T12:00:00Z, or null'),
                v.isoTimestamp('must be a time such as 2027-01-31T12:00:00Z, or null'),
              ),
            ),
          ),
        },
        'must be a key',
      ),
      'must be a list of keys',
    ),
    v.minLength(1, 'must hold a key'),
  ),
})

/** So close to now the clock of the receiver decides. */
const closeMs = 60_000

/**
 * The secrets of a mirror's document (`{"keys": [{"secret": …, "expiresAt": …}, …]}`, newest first), or the one secret.
 * @throws {OperatorError} naming the place and the field, never a secret
 */
export function parseSecrets({ text: given, name }: Place, format: KeyBytes, now: Date): ReceiverSecrets {
  const object = jsonObject(given)
  if (object === null) {
    checkSecret(given, format, name)
    return { live: [given], ended: [], ending: 0, tenantId: null, isDocument: false }
  }
  const parsed = v.safeParse(document, object)
  if (!parsed.success) {
    const [issue] = parsed.issues
    throw new OperatorError(`${name}: ${fieldOf(issue)} ${problemOf(issue)}`)
  }
  const { keys, tenantId = null } = parsed.output
  for (const [index, { secret }] of keys.entries()) checkSecret(secret, format, `${name}: keys[${index}].secret`)
  const leftMs = keys.map(({ expiresAt }) => (expiresAt ? Date.parse(expiresAt) - now.getTime() : Infinity))
  const [first, ...older] = keys.filter((_, index) => (leftMs[index] ?? 0) > closeMs).map(({ secret }) => secret)
  const over = keys.filter((_, index) => (leftMs[index] ?? 0) < -closeMs).map(({ secret }) => secret)
  if (first === undefined) throw new OperatorError(`${name}: no key lives for another minute, and an exam needs one`)
  const live = [first, ...older] as const
  return {
    live,
    // A secret that was taken up again is live.
    ended: over.filter(secret => !live.includes(secret)),
    ending: keys.length - live.length - over.length,
    tenantId,
    isDocument: true,
  }
}

function jsonObject(given: string): object | null {
  try {
    const parsed: unknown = JSON.parse(given.replace(/^\ufeff/, ''))
    return typeof parsed === 'object' && parsed !== null ? parsed : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

type Issue = v.InferIssue<typeof document>

function fieldOf(issue: Issue): string {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
  return path.join('').replace(/^\./, '') || 'the document'
}

/** valibot's own texts would name what came instead. */
function problemOf({ message, received }: Issue): string {
  return received === 'undefined' ? 'must be given' : message
}

function checkSecret(secret: string, format: KeyBytes, name: string): void {
  if (secret.trim() === '') throw new OperatorError(`${name} holds no secret`)
  if (secret.trim() !== secret) throw new OperatorError(`${name} has whitespace around the secret`)
  const prefix = format.prefix === '' ? '' : ` after ${format.prefix}`
  if (decodedLength(secret, format) > 0) return
  throw new OperatorError(`${name} must be ${format.encoding}${prefix}, as the scheme's secrets are`)
}

/** 0: not in the format, or nothing. */
function decodedLength(secret: string, format: KeyBytes): number {
  try {
    return keyBytes(secret, format).length
  } catch (error) {
    if (error instanceof TypeError) return 0
    throw error
  }
}
