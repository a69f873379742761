import * as v from 'valibot'
import type { OwnVersion } from './own-secret'

const key = v.object({
  id: v.string(),
  secret: v.pipe(v.string(), v.nonEmpty()),
  createdAt: v.string(),
  expiresAt: v.nullable(v.string()),
})
const schema = v.object({
  endpointId: v.string(),
  tenantId: v.string(),
  version: v.number(),
  signingSecret: v.string(),
  keys: v.array(key),
})

export type StoredKey = v.InferOutput<typeof key>
/** The mirror's document. */
export type StoredDocument = v.InferOutput<typeof schema>

/**
 * The keys of a version, newest first: those of the mirror's document, or a plain text as the only one. Other JSON, such
 * as what was put there before the first rotation, holds none.
 */
export function parseStoredKeys({ versionId, text, createdAt }: OwnVersion): Pick<StoredDocument, 'keys' | 'version'> {
  const value = jsonOf(text.reveal())
  if (value === undefined || typeof value !== 'object') {
    const only = { id: versionId, secret: text.reveal(), createdAt: createdAt.toISOString(), expiresAt: null }
    return { version: 1, keys: [only] }
  }
  const parsed = v.safeParse(schema, value)
  return parsed.success ? parsed.output : { version: 0, keys: [] }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
