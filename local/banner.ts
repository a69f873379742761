import { randomBytes } from 'node:crypto'
import type { Contract } from '../src/contracts/contract'
import { placedCredential } from '../src/contracts/credential-places'
import { newText } from '../src/contracts/secret-text'
import { type ContractDescription, type LocalDescription, localFile } from './local-description'
import { hookedSecret } from './local-hooks'
import { type SeedContract, seedContracts } from './seed-plan'

/**
 * What is printed once everything answers: a command for each contract's rotate route, one that reads a mirror, and
 * those that show a rotation in deliveries.
 */
export function banner(local: LocalDescription, dataDir: string, own: readonly SeedContract[] = []): string {
  const described: Readonly<Record<string, ContractDescription>> = local.contracts
  const rotations = [...seedContracts, ...own].flatMap(({ contract, basePath = '' }) => {
    const ids = described[contract.name]
    return ids === undefined ? [] : [`# ${contract.name}`, rotateCommand(contract, ids, local.api + basePath), '']
  })
  return [
    `Keyturn answers at ${local.api}, its AWS endpoint at ${local.aws}.`,
    `Ids and credentials: ${localFile(dataDir)}. Ctrl-C stops it.`,
    '',
    'Rotate a secret:',
    '',
    ...rotations,
    ...hookCommands(local, own),
    'Read its mirror:',
    '',
    readCommand(local),
    '',
    'See a rotation in deliveries: start a receiver, send deliveries to it, publish an event, rotate, publish again.',
    '',
    ...deliveryCommands(local),
    '',
  ].join('\n')
}

function rotateCommand(contract: Contract, described: ContractDescription, api: string): string {
  const rotate = contract.operations.find(({ use }) => use === 'rotate')
  const tenantName = contract.tenant.from === 'path' ? contract.tenant.parameter : 'id'
  const path = (rotate?.path ?? '').replace('{id}', described.endpointId).replace(`{${tenantName}}`, described.tenantId)
  const takesKeys = rotate?.access !== 'anyone' && rotate?.access?.apiKey !== undefined
  const credential = (takesKeys ? (described.apiKey ?? described.token) : described.adminSession) ?? ''
  const placed = placedCredential(contract.credentials, credential)
  const query = 'query' in placed ? `?${placed.query}=${credential}` : ''
  const headers = [
    ...('header' in placed ? [`${placed.header}: ${placed.value}`] : []),
    ...(contract.tenant.from === 'header' ? [`${contract.tenant.header}: ${described.tenantId}`] : []),
  ]
  const given = headers.map(header => `-H '${header}'`).join(' ')
  return `curl -X ${rotate?.method} ${api}${path}${query} ${given}${ownSecretOf(contract)}`
}

/** Where the caller brings the secret, one that it may bring. */
function ownSecretOf({ rotateBody, secret }: Contract): string {
  const rule = rotateBody?.ownSecret
  if (rule?.required !== true) return ''
  return ` -H 'Content-Type: application/json' -d '${JSON.stringify({ [rule.field]: newText(secret, randomBytes) })}'`
}

const greatestPort = 65535

function deliveryCommands({ api, aws, contracts }: LocalDescription): readonly string[] {
  const { endpointId, apiKey } = contracts.keyturn
  const receiverPort = portBeside(api, aws)
  const headers = `-H 'Authorization: Bearer ${apiKey}' -H 'Content-Type: application/json'`
  const receiver = `require('http').createServer((q, r) => { console.log(q.headers); r.end() }).listen(${receiverPort})`
  const settings = `{"url": "http://127.0.0.1:${receiverPort}/", "eventTypes": ["*"]}`
  return [
    `  node -e "${receiver}" &`,
    `  curl -X PATCH ${api}/v1/endpoints/${endpointId} ${headers} -d '${settings}'`,
    `  curl -X POST ${api}/v1/events ${headers} -d '{"type": "order.paid", "payload": {"total": 3}}'`,
  ]
}

/** A port for the receiver: the one after the AWS server's, or at the end of all ports the one before the API's. */
function portBeside(api: string, aws: string): number {
  const awsPort = portOf(aws)
  return awsPort < greatestPort ? awsPort + 1 : portOf(api) - 1
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

/** How a customer's Secrets Manager rotates at each contract of a platform's own. */
function hookCommands(local: LocalDescription, own: readonly SeedContract[]): readonly string[] {
  const hooked = own.filter(seed => 'apiKey' in seed.apiKeys)
  if (hooked.length === 0) return []
  const commands = hooked.flatMap(({ contract: { name } }) => [
    `# ${name}`,
    awsCommand(local, 'rotate-secret', hookedSecret(name)),
    awsCommand(local, 'get-secret-value', hookedSecret(name)),
  ])
  return ['Let the rotation hook rotate, as a customer does, and read what it keeps:', '', ...commands, '']
}

function readCommand(local: LocalDescription): string {
  return awsCommand(local, 'get-secret-value', local.contracts.keyturn.mirror)
}

function awsCommand(local: LocalDescription, operation: string, secretId: string): string {
  const credentials = `AWS_ACCESS_KEY_ID=${local.accessKeyId} AWS_SECRET_ACCESS_KEY=${local.secretAccessKey} AWS_PAGER=`
  const options = `--region ${local.region} --endpoint-url ${local.aws} --secret-id '${secretId}'`
  return `${credentials} aws secretsmanager ${operation} ${options}`
}
