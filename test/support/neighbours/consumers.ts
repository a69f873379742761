import { GetResourcePolicyCommand } from '@aws-sdk/client-secrets-manager'
import { localClientOptions } from '../../../local/aws-resources'
import { secretsManagerClient } from '../../../src/aws/clients'
import { mirrorName } from '../../../src/rotation/mirror'
import { memberAt } from '../api-caller'
import { type Bed, bystander } from './bed'
import { until } from './until'

/** Milliseconds, one for each endpoint. */
export interface Replaced {
  /** Of the request, which takes the consumer before away. */
  readonly requests: readonly number[]
  /** From there until the sweep has let the new one in. */
  readonly settlings: readonly number[]
  /** The endpoints whose consumer before could still read after the request. */
  readonly late: readonly string[]
}

/** Makes endpoints of the bystander, with mirrors that this account may read. Returns their ids. */
export async function addReadable(bed: Bed, count: number, account: string): Promise<readonly string[]> {
  const settings = { url: 'https://receiver.example/', mirror: 'on', consumers: [account] }
  const ids = await bed.addEndpoints(
    bystander,
    Array.from({ length: count }, () => settings),
  )
  await Promise.all(ids.map(id => untilLetIn(bed, id)))
  return ids
}

/** Lets another account read them in place of the one before. */
export async function replaceReader(
  bed: Bed,
  ids: readonly string[],
  { before, next }: Readonly<Record<'before' | 'next', string>>,
): Promise<Replaced> {
  const requests: number[] = []
  const late: string[] = []
  const settlings: Promise<number>[] = []
  for (const id of ids) {
    const startedAt = performance.now()
    await bed.call(bystander, { method: 'PATCH', path: `/v1/endpoints/${id}`, body: { consumers: [next] } })
    const repliedAt = performance.now()
    requests.push(repliedAt - startedAt)
    if ((await policyOf(bed, id)).includes(before)) late.push(id)
    settlings.push(untilLetIn(bed, id).then(() => performance.now() - repliedAt))
  }
  return { requests, settlings: await Promise.all(settlings), late }
}

function untilLetIn(bed: Bed, endpointId: string): Promise<void> {
  return until('the consumer is let in', async () => {
    const { json } = await bed.call(bystander, { method: 'GET', path: `/v1/endpoints/${endpointId}/secret` })
    return memberAt(json, 'policy.state') === 'current'
  })
}

/** What Secrets Manager itself says of the mirror. */
async function policyOf({ local }: Bed, endpointId: string): Promise<string> {
  const client = secretsManagerClient(localClientOptions(local.aws, local.accessKeyId))
  try {
    const SecretId = mirrorName(local.stage, bystander, endpointId)
    return (await client.send(new GetResourcePolicyCommand({ SecretId }))).ResourcePolicy ?? ''
  } finally {
    client.destroy()
  }
}
