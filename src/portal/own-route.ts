import { type Fetch, KeyturnError } from '../client'
import { idempotencyKeyOf } from '../contracts/defaults'
import { parsePlace } from '../contracts/place'
import type { Mount } from '../contracts/routes'
import type { Json } from '../contracts/shape'

// A rotation by a contract's own route, as its vendor's dashboard makes it: for a tile.

/** A request of the contract's own route, without its credential. */
export interface OwnRequest {
  readonly method: string
  /** With the deployment's base path. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** The contract's rotation of that endpoint; null: it has none that sessions may call. */
export function ownRotation(
  { contract, basePath }: Mount,
  endpointId: string,
  idempotencyKey: string,
): OwnRequest | null {
  const rotate = contract.operations.find(({ use }) => use === 'rotate')
  const { access } = rotate ?? {}
  if (rotate === undefined || access === undefined || access === 'anyone' || access.session === undefined) return null
  const { rule, in: place } = idempotencyKeyOf(contract)
  const at = parsePlace(place)
  return {
    method: rotate.method,
    path: basePath + rotate.path.replace('{id}', encodeURIComponent(endpointId)),
    headers: rule !== 'off' && at.in === 'header' ? { [at.name]: idempotencyKey } : {},
  }
}

/** The secret in the reply of that route; null: it is not where the contract has it. */
export function secretInReply({ contract }: Mount, reply: unknown): string | null {
  const shape = contract.operations.find(({ use }) => use === 'rotate')?.reply.body ?? null
  const path = pathOfSecret(shape)
  const found = path?.reduce<unknown>((value, name) => (Object(value) as Record<string, unknown>)[name], reply)
  return typeof found === 'string' ? found : null
}

function pathOfSecret(shape: Json): readonly string[] | null {
  if (shape === 'signingSecret') return []
  if (typeof shape !== 'object' || shape === null || Array.isArray(shape)) return null
  for (const [name, inner] of Object.entries(shape)) {
    const path = pathOfSecret(inner)
    if (path !== null) return [name, ...path]
  }
  return null
}

/** Rotates, and gives the secret. @throws {KeyturnError} as the client does: `network` where no reply came */
export async function rotateByOwnRoute(
  fetch: Fetch,
  origin: string,
  { mount, request }: { readonly mount: Mount; readonly request: OwnRequest },
): Promise<string> {
  const { status, text } = await sent(fetch, origin, request)
  const reply = parsed(text)
  const secret = status >= 200 && status < 300 ? secretInReply(mount, reply) : null
  if (secret !== null) return secret
  const { detail } = Object(reply) as { readonly detail?: unknown }
  throw new KeyturnError(codeOf(status), typeof detail === 'string' ? detail : '', { status })
}

async function sent(fetch: Fetch, origin: string, { method, path, headers }: OwnRequest) {
  try {
    const signal = AbortSignal.timeout(replyMilliseconds)
    const reply = await fetch(origin + path, { method, headers: { ...headers }, redirect: 'manual', signal })
    return { status: reply.status, text: await reply.text() }
  } catch {
    // What the browser says of it may show the URL.
    throw new KeyturnError('network', '')
  }
}

const replyMilliseconds = 30_000

/** The API's own code where a status says enough; the contract's are its own. */
function codeOf(status: number): string {
  if (status === 401) return 'invalid-token'
  if (status === 403) return 'role-required'
  return status >= 400 && status < 500 ? 'refused' : 'unexpected-reply'
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A proxy's page.
    return null
  }
}
