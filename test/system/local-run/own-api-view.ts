import { setTimeout as wait } from 'node:timers/promises'
import * as v from 'valibot'
import { type MirrorView, readMirror } from './mirror-view'
import { asOperator, type Setting } from './setting'

export interface EndpointAddress {
  readonly tenantId: string
  readonly endpointId: string
}

const nullableText = v.nullable(v.string())

const stateOf = v.picklist(['current', 'pending', 'off'])

/** The members of the secret's state, and no others. `policy`: where the endpoint has, or had, consumers. */
const secretState = v.strictObject({
  version: v.number(),
  hint: v.pipe(v.string(), v.length(4)),
  keys: v.array(v.strictObject({ id: v.string(), createdAt: v.string(), expiresAt: nullableText })),
  mirror: v.strictObject({ state: stateOf, name: v.string(), error: nullableText }),
  policy: v.optional(v.strictObject({ state: stateOf, error: nullableText })),
})

/** The members of a rotation, and no others. */
const rotation = v.strictObject({
  id: v.string(),
  keyId: v.string(),
  version: v.number(),
  at: v.pipe(v.string(), v.isoTimestamp()),
  actor: v.strictObject({ kind: v.string(), id: v.string() }),
  kind: v.picklist(['create', 'rotate', 'revoke', 'replay']),
  reason: nullableText,
  overlapSeconds: v.number(),
})
const rotations = v.strictObject({ data: v.array(rotation), nextCursor: nullableText })

export type SecretState = v.InferOutput<typeof secretState>
export type Rotation = v.InferOutput<typeof rotation>

export async function secretStateOf(setting: Setting, { tenantId, endpointId }: EndpointAddress): Promise<SecretState> {
  const answer = await setting.api.call('GET', `/v1/endpoints/${endpointId}/secret`, asOperator(setting, tenantId))
  return v.parse(secretState, answer.json)
}

/** Every rotation, newest first, read `limit` at a time. */
export async function rotationsOf(
  setting: Setting,
  { tenantId, endpointId }: EndpointAddress,
  limit = 100,
): Promise<readonly Rotation[]> {
  const all: Rotation[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: string = cursor === '' ? `limit=${limit}` : `limit=${limit}&cursor=${cursor}`
    const path = `/v1/endpoints/${endpointId}/rotations?${page}`
    const { data, nextCursor } = v.parse(
      rotations,
      (await setting.api.call('GET', path, asOperator(setting, tenantId))).json,
    )
    if (data.length > limit) throw new Error(`a page of ${data.length} at a limit of ${limit}`)
    all.push(...data)
    cursor = nextCursor
  }
  return all
}

const settledWithinMs = 15_000

/** The state once nothing is left to settle: within the request as a rule, else after one sweep. */
export async function settledState(setting: Setting, address: EndpointAddress): Promise<SecretState> {
  const giveUpAt = Date.now() + settledWithinMs
  for (;;) {
    const state = await secretStateOf(setting, address)
    if (state.mirror.state === 'current') return state
    if (Date.now() > giveUpAt) throw new Error(`not settled: ${JSON.stringify(state)}`)
    await wait(50)
  }
}

export async function settledMirror(setting: Setting, address: EndpointAddress): Promise<MirrorView> {
  const { mirror } = await settledState(setting, address)
  return readMirror(setting.secrets, mirror.name)
}
