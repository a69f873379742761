import type { LocalDescription } from '../../../local/local-description'
import type { Contract } from '../../../src/contracts/contract'
import type { EndpointAddress } from '../../../src/rotation/ports'
import { sign } from '../../../src/verify'
import { liveKeyReader, type LiveKeys } from '../../support/live-keys'

export interface Message {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** The sending side of one endpoint: it signs with the ring that is stored, which it looks at again all the time. */
export interface Platform {
  /** Signed with every live key, as the contract's scheme does. */
  signed(body: string, id: string): Message
  /** The secret that signs, where a header holds one signature. */
  currentSecret(): string
  /** Signed with this one secret. */
  signedWith(secret: string, body: string, id: string): Message
  /**
   * Resolves once this key is the one that signs; everything is signed by it from then on.
   * @throws {Error} when it does not become that within two minutes
   */
  signs(keyId: string): Promise<void>
  /** Secrets that ended at least so long ago. */
  endedFor(milliseconds: number): readonly string[]
  stop(): Promise<void>
}

export interface PlatformOptions {
  readonly local: LocalDescription
  readonly contract: Contract
  readonly address: EndpointAddress
}

const lookEveryMs = 50
const signsWithinMs = 120_000

interface Known {
  readonly secret: string
  /** When it stopped being one of the live keys; null: it has not. */
  endedAt: number | null
}

export async function startPlatform({ local, contract, address }: PlatformOptions): Promise<Platform> {
  const reader = liveKeyReader(local)
  const known = new Map<string, Known>()
  let live: LiveKeys['keys'] = []
  const look = async (): Promise<void> => {
    live = (await reader.read(address)).keys
    note(known, live)
  }
  await look()
  const stopped = new AbortController()
  const looking = lookAgain(look, stopped.signal)
  // Told by `stop`.
  looking.catch(() => undefined)
  const message = (secrets: readonly string[], body: string, id: string): Message => {
    return { body, headers: sign(body, secrets, { scheme: contract.signing, id, tenant: address.tenantId }) }
  }
  return {
    signed: (body, id) =>
      message(
        live.map(({ secret }) => secret),
        body,
        id,
      ),
    currentSecret: () => live[0]?.secret ?? '',
    signedWith: (secret, body, id) => message([secret], body, id),
    signs: async keyId => {
      const giveUpAt = Date.now() + signsWithinMs
      while (live[0]?.id !== keyId) {
        if (Date.now() > giveUpAt) throw new Error(`${contract.name}: ${keyId} does not sign after two minutes`)
        await pause()
      }
    },
    endedFor: milliseconds => {
      const before = Date.now() - milliseconds
      return [...known.values()]
        .filter(({ endedAt }) => endedAt !== null && endedAt < before)
        .map(({ secret }) => secret)
    },
    stop: async () => {
      stopped.abort()
      await looking
      reader.close()
    },
  }
}

async function lookAgain(look: () => Promise<void>, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    await pause()
    await look()
  }
}

function pause(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, lookEveryMs))
}

/** Takes note of keys that are new, and of those that ended. */
function note(known: Map<string, Known>, live: LiveKeys['keys']): void {
  for (const { id, secret } of live) if (!known.has(id)) known.set(id, { secret, endedAt: null })
  for (const [id, each] of known) {
    if (each.endedAt === null && !live.some(key => key.id === id)) each.endedAt = Date.now()
  }
}
