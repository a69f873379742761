import type { CurrentMove, Mirror, MirrorDescription, MirrorVersion } from '../../../src/rotation/ports'

/** The secrets of one account, by name. */
export interface SecretVault {
  readonly secrets: Map<string, MirroredSecret>
  /** Principals that do not exist. */
  readonly strangers: Set<string>
  /** Whether what somebody else's KMS key sealed can be opened, and more be sealed with it. */
  isOtherKeyEnabled: boolean
}

export interface MirroredSecret {
  /** Each version's document, by version id. Versions are never forgotten. */
  readonly documents: Map<string, string>
  /** The version that holds a label, by label. */
  readonly labels: Map<string, string>
  /** Whether its deletion is scheduled. */
  deleted: boolean
  policy: string | null
  /** Versions that were sealed with somebody else's KMS key. */
  readonly sealedElsewhere: Set<string>
  /** Whose tags and KMS key it has. */
  owner: 'keyturn' | 'somebody else'
}

/** What somebody else has put where a mirror is to be. */
export function squattedSecret(): MirroredSecret {
  return {
    documents: new Map([['by-hand', '{}']]),
    labels: new Map([['AWSCURRENT', 'by-hand']]),
    deleted: false,
    policy: '["somebody else"]',
    sealedElsewhere: new Set(['by-hand']),
    owner: 'somebody else',
  }
}

export function secretVault(): SecretVault {
  return { secrets: new Map(), strangers: new Set(), isOtherKeyEnabled: true }
}

/**
 * A model of Secrets Manager as the mirror uses it: each call takes effect at once, before it returns its promise.
 * What Secrets Manager refuses and the mirror does not translate is an `Error` with the same name.
 */
export function memoryMirror(vault: SecretVault): Mirror {
  return {
    create: async (version, signal) => create(reach(vault, signal), version),
    takeOver: async (name, signal) => takeOver(reach(vault, signal), name),
    putAside: async (version, signal) => putAside(reach(vault, signal), version),
    moveCurrent: async (move, signal) => moveCurrent(reach(vault, signal), move),
    describe: async (name, signal) => describe(reach(vault, signal), name),
    putPolicy: async ({ name, consumers }, signal) => {
      const secret = usable(reach(vault, signal), name)
      if (consumers.some(consumer => vault.strangers.has(consumer))) return 'refused'
      secret.policy = JSON.stringify(consumers)
      return 'put'
    },
    isSharedWith: async ({ name, consumers }, signal) => {
      const { policy } = usable(reach(vault, signal), name)
      return policy === (consumers.length === 0 ? null : JSON.stringify(consumers))
    },
    removePolicy: async (name, signal) => removePolicy(reach(vault, signal), name),
    scheduleDeletion: async (name, signal) => scheduleDeletion(reach(vault, signal), name),
    restore: async (name, signal) => restore(reach(vault, signal), name),
  }
}

function reach(vault: SecretVault, signal: AbortSignal): SecretVault {
  signal.throwIfAborted()
  return vault
}

function create(vault: SecretVault, { name, versionId, document }: MirrorVersion): 'created' | 'exists' | 'deleted' {
  const secret = vault.secrets.get(name)
  if (secret?.deleted) return 'deleted'
  if (secret !== undefined) return secret.documents.get(versionId) === document.reveal() ? 'created' : 'exists'
  vault.secrets.set(name, {
    documents: new Map([[versionId, document.reveal()]]),
    labels: new Map([['AWSCURRENT', versionId]]),
    deleted: false,
    policy: null,
    sealedElsewhere: new Set(),
    owner: 'keyturn',
  })
  return 'created'
}

function takeOver(vault: SecretVault, name: string): 'taken-over' | 'missing' | 'deleted' {
  const secret = vault.secrets.get(name)
  if (secret === undefined) return 'missing'
  if (secret.deleted) return 'deleted'
  secret.policy = null
  secret.owner = 'keyturn'
  return 'taken-over'
}

function putAside(
  vault: SecretVault,
  { name, versionId, document }: MirrorVersion,
): 'put-aside' | 'missing' | 'deleted' | 'other-key' {
  const secret = vault.secrets.get(name)
  if (secret === undefined) return 'missing'
  if (secret.deleted) return 'deleted'
  if (secret.documents.has(versionId)) return 'put-aside'
  if (!sealsIn(vault, secret)) return 'other-key'
  if (secret.owner !== 'keyturn') secret.sealedElsewhere.add(versionId)
  secret.documents.set(versionId, document.reveal())
  secret.labels.set('KEYTURN_STAGED', versionId)
  return 'put-aside'
}

function moveCurrent(vault: SecretVault, { name, from, to }: CurrentMove): 'moved' | 'mismatch' {
  const secret = usable(vault, name)
  if (!secret.documents.has(to)) throw refusal('ResourceNotFoundException', 'no such version')
  if (secret.labels.get('AWSCURRENT') !== from) return 'mismatch'
  secret.labels.set('AWSPREVIOUS', from)
  secret.labels.set('AWSCURRENT', to)
  return 'moved'
}

function describe(vault: SecretVault, name: string): MirrorDescription | null {
  const secret = vault.secrets.get(name)
  if (secret === undefined) return null
  const { labels, deleted, owner } = secret
  return { currentVersionId: labels.get('AWSCURRENT') ?? null, deleted, hasOwnKey: owner === 'keyturn' }
}

function sealsIn(vault: SecretVault, { owner }: MirroredSecret): boolean {
  return owner === 'keyturn' || vault.isOtherKeyEnabled
}

/** What a reader gets under a label; null: nothing. */
export function readVersion(
  vault: SecretVault,
  name: string,
  label: string,
): { readonly versionId: string; readonly document: string } | null {
  const secret = vault.secrets.get(name)
  const versionId = secret?.labels.get(label)
  if (secret === undefined || secret.deleted || versionId === undefined) return null
  if (secret.sealedElsewhere.has(versionId) && !vault.isOtherKeyEnabled) return null
  return { versionId, document: secret.documents.get(versionId) ?? '' }
}

function removePolicy(vault: SecretVault, name: string): void {
  const secret = vault.secrets.get(name)
  if (secret !== undefined && !secret.deleted) secret.policy = null
}

function scheduleDeletion(vault: SecretVault, name: string): 'scheduled' | 'missing' {
  const secret = vault.secrets.get(name)
  if (secret === undefined) return 'missing'
  secret.deleted = true
  return 'scheduled'
}

function restore(vault: SecretVault, name: string): void {
  const secret = vault.secrets.get(name)
  if (secret === undefined) throw refusal('ResourceNotFoundException', 'no such secret')
  secret.deleted = false
}

function usable(vault: SecretVault, name: string): MirroredSecret {
  const secret = vault.secrets.get(name)
  if (secret === undefined) throw refusal('ResourceNotFoundException', 'no such secret')
  if (secret.deleted) throw refusal('InvalidRequestException', 'the secret is scheduled for deletion')
  return secret
}

function refusal(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}
