import type { LocalDescription } from '../../../local/local-description'
import type { Contract } from '../../../src/contracts/contract'

export type ContractName = keyof LocalDescription['contracts']

/** One rotation through the contract's own route. Rejects when it is refused. */
export async function rotate(
  local: LocalDescription,
  contract: Contract,
  overlapSeconds: number | null,
): Promise<void> {
  const operation = contract.operations.find(({ use }) => use === 'rotate')
  const { endpointId } = local.contracts[contract.name as ContractName]
  const path = operation?.path.replace('{id}', endpointId) ?? ''
  const body = overlapSeconds === null ? null : JSON.stringify({ overlapSeconds })
  await call(`${local.api}${path}`, { method: 'POST', headers: headersOf(local, contract.name as ContractName), body })
}

function headersOf({ contracts }: LocalDescription, name: ContractName): Record<string, string> {
  const credentials = {
    tumban: contracts.tumban.adminSession,
    thesignup: contracts.thesignup.apiKey,
    storno: contracts.storno.token,
    featurebase: contracts.featurebase.apiKey,
    teambattles: contracts.teambattles.apiKey,
    keyturn: contracts.keyturn.apiKey,
  }
  const company: Record<string, string> = name === 'storno' ? { 'x-company': contracts.storno.company } : {}
  return { authorization: `Bearer ${credentials[name]}`, 'content-type': 'application/json', ...company }
}

async function call(url: string, init: RequestInit): Promise<void> {
  const reply = await fetch(url, init)
  const text = await reply.text()
  if (!reply.ok) throw new Error(`${url} answered ${reply.status}: ${text.slice(0, 200)}`)
}
