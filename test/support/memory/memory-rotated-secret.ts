import { Secret } from '../../../src/core/secret'
import type { RotatedSecret, RotatedSecretState, SecretVersion } from '../../../src/rotation-hook/ports'

/** One secret of Secrets Manager. */
export interface SecretContents {
  /** By id. A version has no value before createSecret. Versions are never forgotten. */
  readonly versions: Map<string, { text: string | null; labels: string[] }>
  readonly tags: Record<string, string>
}

export interface MemoryRotatedSecret extends RotatedSecret, SecretContents {
  /** What Secrets Manager does before createSecret: AWSPENDING on the version, which is made where there is none. */
  begin(versionId: string): void
}

/** When every version was made: only a plain text's key is as old as its version. */
export const madeAt = new Date('2026-11-21T12:00:00Z')

/**
 * A model of the secret that a rotation function may use, with `text` as its AWSCURRENT: each call takes effect at once,
 * before it returns its promise.
 */
export function memoryRotatedSecret(firstVersion: string, text: string): MemoryRotatedSecret {
  const secret: SecretContents = {
    versions: new Map([[firstVersion, { text, labels: ['AWSCURRENT'] }]]),
    tags: {},
  }
  return {
    ...secret,
    begin: versionId => {
      if (!secret.versions.has(versionId)) secret.versions.set(versionId, { text: null, labels: [] })
      attach(secret, 'AWSPENDING', versionId)
    },
    describe: async () => describe(secret),
    read: async (_id, versionId) => read(secret, versionId),
    putPending: async (_id, versionId, document) => put(secret, versionId, document.reveal()),
    moveCurrent: async (_id, move) => moveCurrent(secret, move),
    tag: async (_id, name, value) => void (secret.tags[name] = value),
    untag: async (_id, name) => void Reflect.deleteProperty(secret.tags, name),
  }
}

/** The version that has the label; null: none has. */
export function holderOf({ versions }: SecretContents, label: string): string | null {
  for (const [id, { labels }] of versions) {
    if (labels.includes(label)) return id
  }
  return null
}

/** Takes the label off whichever version has it. */
export function detach({ versions }: SecretContents, label: string): void {
  for (const version of versions.values()) version.labels = version.labels.filter(held => held !== label)
}

function attach(secret: SecretContents, label: string, versionId: string): void {
  detach(secret, label)
  secret.versions.get(versionId)?.labels.push(label)
}

function describe({ versions, tags }: SecretContents): RotatedSecretState {
  const labelled = [...versions].flatMap(([id, { labels }]) =>
    labels.length === 0 ? [] : [[id, [...labels]] as const],
  )
  return { labels: Object.fromEntries(labelled), rotationEnabled: true, tags: { ...tags } }
}

function read({ versions }: SecretContents, versionId: string): SecretVersion | null {
  const found = versions.get(versionId)?.text ?? null
  return found === null ? null : { versionId, text: new Secret(found), createdAt: madeAt }
}

/** A new value takes AWSPENDING along, whichever version has it; the value that is there already changes nothing. */
function put(secret: SecretContents, versionId: string, text: string): 'stored' | 'differs' {
  const known = secret.versions.get(versionId)?.text ?? null
  if (known !== null) return known === text ? 'stored' : 'differs'
  secret.versions.set(versionId, { text, labels: secret.versions.get(versionId)?.labels ?? [] })
  attach(secret, 'AWSPENDING', versionId)
  return 'stored'
}

function moveCurrent(
  secret: SecretContents,
  { from, to }: { readonly from: string; readonly to: string },
): 'moved' | 'mismatch' {
  if (!secret.versions.has(to)) {
    throw Object.assign(new Error('no such version'), { name: 'ResourceNotFoundException' })
  }
  if (holderOf(secret, 'AWSCURRENT') !== from) return 'mismatch'
  attach(secret, 'AWSPREVIOUS', from)
  attach(secret, 'AWSCURRENT', to)
  return 'moved'
}
