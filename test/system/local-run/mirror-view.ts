import {
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import * as v from 'valibot'

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
