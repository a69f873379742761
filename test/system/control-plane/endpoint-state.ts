import {
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { setTimeout as wait } from 'node:timers/promises'
import * as v from 'valibot'
import type { EndpointAddress } from '../../../src/rotation/ports'
import { asOperator, type ControlPlaneBed } from './bed'

// What our own API shows of an endpoint, and what receivers find in its mirror. Each schema has the documented members
// and no others.

const nullableText = v.nullable(v.string())

const stateOf = v.picklist(['current', 'pending', 'off'])

const adoption = v.picklist(['adopted', 'not-adopted', 'accepts-anything', 'inconclusive', 'unreachable'])

const key = v.strictObject({
  id: v.string(),
  createdAt: v.string(),
  expiresAt: nullableText,
  state: v.picklist(['published', 'signing', 'retiring']),
  hint: v.pipe(v.string(), v.length(4)),
  signsFrom: nullableText,
  proof: v.nullable(v.strictObject({ adoption, at: v.string() })),
})

/** The members of the secret's state, and no others. `policy`: where the endpoint has, or had, consumers. */
const secretState = v.strictObject({
  version: v.number(),
  revision: v.number(),
  signingKeyId: v.string(),
  hint: v.pipe(v.string(), v.length(4)),
  keys: v.array(key),
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

export async function secretStateOf(
  bed: ControlPlaneBed,
  { tenantId, endpointId }: EndpointAddress,
): Promise<SecretState> {
  const answer = await bed.api.call('GET', `/v1/endpoints/${endpointId}/secret`, asOperator(bed, tenantId))
  return v.parse(secretState, answer.json)
}

/** Every rotation, newest first, read `limit` at a time. */
export async function rotationsOf(
  bed: ControlPlaneBed,
  { tenantId, endpointId }: EndpointAddress,
  limit = 100,
): Promise<readonly Rotation[]> {
  const all: Rotation[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: string = cursor === '' ? `limit=${limit}` : `limit=${limit}&cursor=${cursor}`
    const path = `/v1/endpoints/${endpointId}/rotations?${page}`
    const { data, nextCursor } = v.parse(rotations, (await bed.api.call('GET', path, asOperator(bed, tenantId))).json)
    if (data.length > limit) throw new Error(`a page of ${data.length} at a limit of ${limit}`)
    all.push(...data)
    cursor = nextCursor
  }
  return all
}

const settledWithinMs = 15_000

/** The state once nothing is left to settle: within the request as a rule, else after one sweep. */
async function settledState(bed: ControlPlaneBed, address: EndpointAddress): Promise<SecretState> {
  const giveUpAt = Date.now() + settledWithinMs
  for (;;) {
    const state = await secretStateOf(bed, address)
    if (state.mirror.state === 'current') return state
    if (Date.now() > giveUpAt) throw new Error(`not settled: ${JSON.stringify(state)}`)
    await wait(50)
  }
}

export async function settledMirror(bed: ControlPlaneBed, address: EndpointAddress): Promise<MirrorView> {
  const { mirror } = await settledState(bed, address)
  return readMirror(bed.secrets, mirror.name)
}

const instant = v.pipe(v.string(), v.isoTimestamp())

/** The mirrored document: these members and no others, which is what receivers rely on. */
const document = v.strictObject({
  endpointId: v.string(),
  tenantId: v.string(),
  version: v.number(),
  signingSecret: v.string(),
  keys: v.array(
    v.strictObject({ id: v.string(), secret: v.string(), createdAt: instant, expiresAt: v.nullable(instant) }),
  ),
})

export interface MirrorView {
  readonly versionId: string
  readonly document: v.InferOutput<typeof document>
  /** By label, the version that has it. */
  readonly labels: Readonly<Record<string, string>>
}

/** What a receiver finds under AWSCURRENT, and where every label is. */
export async function readMirror(client: SecretsManagerClient, SecretId: string): Promise<MirrorView> {
  const [value, list] = await Promise.all([
    client.send(new GetSecretValueCommand({ SecretId })),
    client.send(new ListSecretVersionIdsCommand({ SecretId })),
  ])
  const labelled = (list.Versions ?? []).flatMap(({ VersionId = '', VersionStages = [] }) =>
    VersionStages.map(label => [label, VersionId] as const),
  )
  return {
    versionId: value.VersionId ?? '',
    document: v.parse(document, JSON.parse(value.SecretString ?? '')),
    labels: Object.fromEntries(labelled),
  }
}
