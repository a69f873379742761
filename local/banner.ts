import { randomBytes, randomUUID } from 'node:crypto'
import { membersOf } from '../config/schema'
import { allContracts } from '../src/contracts/all'
import { choosesSecret, type Contract, type Operation, operationOf } from '../src/contracts/contract'
import { idempotencyKeyOf } from '../src/contracts/defaults'
import { mustBeSaid, saysInstant } from '../src/contracts/overlap'
import { descriptionPath } from '../src/contracts/gateway-routes'
import { placeName } from '../src/contracts/place'
import { ownBasePath } from '../src/contracts/routes'
import type { Json } from '../src/contracts/shape'
import { newText } from '../src/contracts/secret-text'
import { Secret } from '../src/core/secret'
import { hookHeaders, ownSecretMember, vendorRequest } from '../src/rotation-hook/vendor-request'
import { peersOfPage } from '../scripts/entries'
import { installCommand } from '../scripts/peers'
import { hasViewer, pagePath } from './api-page'
import { type ContractDescription, type LocalDescription, localFile } from './local-description'
import { localSessions } from './function-environment'
import { logFolder } from './local-functions'
import { hookedSecret } from './local-hooks'
import type { Configured } from './local-run'
import { portalLinkPath, withOwnSessions } from './portal-links'
import { seededSettings } from './seed'
import { type SeedContract, seedContracts } from './seed-plan'

export interface BannerOptions {
  readonly dataDir: string
  /** Of all contracts. Default: those that come with Keyturn, at their documented paths. */
  readonly seeds?: readonly SeedContract[]
  /** Default: there is none. */
  readonly configured?: Configured
  /** Whether no line is printed for a request. Default: one is. */
  readonly quiet?: boolean
  /** Whether the page of all routes can be shown. Default: it can where its viewer is installed. */
  readonly hasPage?: boolean
  readonly now: Date
}

/**
 * What is printed once everything answers: a command for each contract's rotate route, one that reads a mirror, and
 * those that show a rotation in deliveries.
 */
export function banner(local: LocalDescription, options: BannerOptions): string {
  const { dataDir, seeds = seedContracts, quiet = false, hasPage = hasViewer(), now } = options
  const { settings = {} } = options.configured ?? {}
  const described: Readonly<Record<string, ContractDescription>> = local.contracts
  const rotations = seeds.flatMap(({ contract, basePath = '' }) => {
    const ids = described[contract.name]
    const rotate = operationOf(contract, 'rotate')
    if (ids === undefined || rotate === null || credentialOf(rotate, ids) === '') return []
    const command = rotateCommand({ contract, rotate, baseUrl: local.api + basePath }, ids, now)
    return [`# ${contract.name}${noteOf(contract)}`, command, '']
  })
  return [
    `Keyturn answers at ${local.api}, its AWS endpoint at ${local.aws}.`,
    `Ids and credentials: ${localFile(dataDir)}. Ctrl-C stops it.`,
    ...routeLines(local.api, { seeds, hasPage }),
    `Logs: ${logFolder(dataDir)}, a file for each function. ${quiet ? 'Requests are not shown here.' : 'A line for each request follows here.'}`,
    ...(options.configured === undefined ? [] : configurationLines(options.configured)),
    '',
    'Rotate a secret:',
    '',
    ...rotations,
    ...hookCommands(local, seeds),
    ...(settings.mirror === 'off' ? [] : ['Read its mirror:', '', readCommand(local), '']),
    'Open the portal, the page of a tenant’s people:',
    '',
    ...portalLines(local, withOwnSessions(seeds, settings)),
    '',
    'See a rotation in deliveries: start a receiver, send deliveries to it, publish an event, rotate, publish again.',
    '',
    ...deliveryCommands(local, local.api + ownBasePath(seeds)),
    '',
  ].join('\n')
}

/** A link for each contract's tenant, and for each role of those with dashboard sessions. */
function portalLines({ api }: LocalDescription, seeds: readonly SeedContract[]): readonly string[] {
  return seeds.flatMap(({ contract, sessions }) => {
    const link = `${api}${portalLinkPath}/${contract.name}`
    const framed = Object.values(sessions).map(role => `  ${link}/${role} (${role}, in the frame of a platform's page)`)
    return [`  ${link}`, ...framed]
  })
}

/** Where all routes are: as a page, or what that lacks, and as OpenAPI. */
function routeLines(
  api: string,
  { seeds, hasPage }: { readonly seeds: readonly SeedContract[]; readonly hasPage: boolean },
): readonly string[] {
  const mounts = seeds.map(({ contract, basePath = '' }) => ({ contract, basePath }))
  const description = `${api}${descriptionPath(mounts)} (OpenAPI)`
  if (hasPage) return [`Every route: ${api}${pagePath} (a page), ${description}.`]
  const missing = `${peersOfPage.join(', ')}, which is not installed: ${installCommand(peersOfPage)}`
  return [`Every route: ${description}.`, `The page of them, ${api}${pagePath}, needs ${missing}`]
}

/** What of the configuration the run follows, what it has besides, and what it does not follow. */
function configurationLines({ file, settings, mounts, ignored }: Configured): readonly string[] {
  if (file === null) return []
  const { sessions: _, ...others } = settings
  const followed = leavesOf(others)
  const there = mounts.map(({ contract, basePath }) => contract.name + (basePath === '' ? '' : ` at ${basePath}`))
  const besides = allContracts.filter(each => mounts.every(({ contract }) => contract !== each))
  const alone =
    besides.length === 0
      ? ''
      : `; not mounted by it, and here all the same: ${besides.map(({ name }) => name).join(', ')}`
  return [
    `Configuration: ${file}${followed.length === 0 ? '' : ` (${followed.join(', ')})`}.`,
    `Contracts: ${there.join(', ')}${alone}.`,
    ...sessionLines(settings),
    ...(ignored.length === 0 ? [] : [`Not followed here: ${ignored.join(', ')}.`]),
  ]
}

/** The names of what is said, within a member as `deliveries.pauseAfterHours`. */
function leavesOf(value: unknown): readonly string[] {
  return [...membersOf(value)].flatMap(([name, member]) => {
    const isObject = typeof member === 'object' && !Array.isArray(member)
    return isObject ? leavesOf(member).map(within => `${name}.${within}`) : [name]
  })
}

function sessionLines(settings: Configured['settings']): readonly string[] {
  if (settings.sessions === undefined) return []
  const sessions = localSessions(settings)
  return sessions === null
    ? [`Sessions: the local run's own; those of ${settings.sessions.issuer}, which is elsewhere, are 401 here.`]
    : [`Sessions: those of ${sessions.issuer}, whose keys are at ${sessions.jwksUrl}.`]
}

interface Rotating {
  readonly contract: Contract
  readonly rotate: Operation
  /** With the base path. */
  readonly baseUrl: string
}

/** The rotation as the hook writes it, without what the hook says of itself. */
function rotateCommand({ contract, rotate, baseUrl }: Rotating, ids: ContractDescription, now: Date): string {
  const { endpointId, tenantId } = ids
  const { url, request } = vendorRequest(
    { contract, baseUrl, endpointId, tenantId, overlapSeconds: overlapOf(contract) },
    {
      operation: rotate,
      credential: new Secret(credentialOf(rotate, ids)),
      members: choosesSecret(contract)
        ? {
            ...sentBackBy(contract, ids),
            ...ownSecretMember(contract, new Secret(newText(contract.secret, randomBytes))),
          }
        : {},
      idempotencyKey: idempotencyKeyOf(contract).rule === 'required' ? randomUUID() : null,
      now,
    },
  )
  const headers = Object.entries(request.headers).filter(([name, value]) => hookHeaders[name] !== value)
  return [
    `curl -X ${request.method} ${quoted(url)}`,
    ...headers.map(([name, value]) => `-H '${withinQuotes(`${capitalised(name)}: ${value}`)}'`),
    ...(request.body === null ? [] : [`-d '${withinQuotes(request.body)}'`]),
  ].join(' ')
}

/** What the hook reads of the endpoint right before, and sends again. The local API takes it as it is. */
function sentBackBy({ name, client }: Contract, { endpointId: id, tenantId }: ContractDescription) {
  const shown = { ...seededSettings(name), contract: name, id, tenantId, status: 'active' } as const
  const known = new Map<string, Json>(Object.entries(shown))
  return Object.fromEntries(
    Object.entries(client?.sentBack ?? {}).map(([place, field]) => [place, known.get(field) ?? null]),
  )
}

/** The same idempotency key once more shows the same secret. */
function noteOf(contract: Contract): string {
  const { rule, in: place } = idempotencyKeyOf(contract)
  return rule === 'required' ? `: another rotation needs another ${placeName(place)}` : ''
}

/** A credential that may rotate. */
function credentialOf({ access }: Operation, described: ContractDescription): string {
  const { apiKey, session } = access === 'anyone' || access === undefined ? {} : access
  if (apiKey !== undefined) return described.apiKey ?? described.token ?? ''
  const isForAdmins = session === undefined || session.roles.includes('admin')
  return (isForAdmins ? described.adminSession : described.memberSession) ?? ''
}

/** A time that must be said is as far ahead as it may be: the command is sent some while after it was printed. */
function overlapOf({ overlap }: Contract): number | null {
  if (overlap.kind !== 'chosen' || !mustBeSaid(overlap)) return null
  return saysInstant(overlap) ? overlap.maximumSeconds : null
}

/** As one word of a shell. */
function quoted(text: string): string {
  return /^[\w./:%@+-]+$/.test(text) ? text : `'${withinQuotes(text)}'`
}

function withinQuotes(text: string): string {
  return text.replaceAll("'", String.raw`'\''`)
}

/** The name of a header as people write it. */
function capitalised(name: string): string {
  return name.replaceAll(/(?<![A-Za-z])[a-z]/g, letter => letter.toUpperCase())
}

const greatestPort = 65535

/** `ownApi`: where our own API answers. */
function deliveryCommands({ api, aws, contracts }: LocalDescription, ownApi: string): readonly string[] {
  const { endpointId, apiKey } = contracts.keyturn
  const receiverPort = portBeside(api, aws)
  const headers = `-H 'Authorization: Bearer ${apiKey}' -H 'Content-Type: application/json'`
  const receiver = `require('http').createServer((q, r) => { console.log(q.headers); r.end() }).listen(${receiverPort})`
  const settings = `{"url": "http://127.0.0.1:${receiverPort}/", "eventTypes": ["*"]}`
  return [
    `  node -e "${receiver}" &`,
    `  curl -X PATCH ${ownApi}/v1/endpoints/${endpointId} ${headers} -d '${settings}'`,
    `  curl -X POST ${ownApi}/v1/events ${headers} -d '{"type": "order.paid", "payload": {"total": 3}}'`,
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
function hookCommands(local: LocalDescription, seeds: readonly SeedContract[]): readonly string[] {
  const own = seeds.filter(({ contract }) => !allContracts.includes(contract))
  const hooked = own.filter(({ apiKeys, contract }) => 'apiKey' in apiKeys && operationOf(contract, 'rotate') !== null)
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
