import { resolve } from 'node:path'
import * as v from 'valibot'
import { localFile } from '../local/local-description'
import { OperatorError } from '../local/operator-error'
import { readStored } from '../local/stored-json'
import { type CreatePortalSessionBody, keyturnClient, KeyturnError } from '../src/client'
import { type Located, ownBasePath } from '../src/contracts/routes'
import { storedIdPattern } from '../src/core/id'
import type { Given, Report } from './command'

// `keyturn portal-link`: a link that opens the portal, once, for one person of one tenant.

export interface PortalLinkOptions {
  readonly api?: string
  readonly dataDir?: string
  readonly tenant?: string
  readonly subject?: string
  readonly name?: string
  /** Each may name several, with commas between them. */
  readonly scope?: readonly string[]
  readonly endpoint?: readonly string[]
  readonly seconds?: string
}

/** The API key of a deployment's platform. As a variable it stands in no list of processes and in no history. */
export const keyVariable = 'KEYTURN_API_KEY'

/** Whoever runs the command is at the keyboard, so the person counts as having just signed in. */
export async function portalLink({ options }: Given<PortalLinkOptions>): Promise<Report> {
  checkTenant(options.tenant)
  const { baseUrl, credential, usualTenant } = await placeOf(options, process.env)
  const { tenant: tenantId = usualTenant } = options
  const body = bodyOf(options, new Date())
  const client = keyturnClient({ baseUrl, credential, ...(tenantId !== undefined && { tenantId }) })
  try {
    const { id, url, expiresAt } = await client.createPortalSession(body)
    return {
      lines: [url, '', `It works once, within five minutes. The session ${id} ends at ${expiresAt}.`],
      json: { id, url, expiresAt },
    }
  } catch (error) {
    if (error instanceof KeyturnError) throw new OperatorError(refusalOf(error), { cause: error })
    throw error
  }
}

function checkTenant(id: string | undefined): void {
  if (id === undefined || storedIdPattern.test(id)) return
  throw new OperatorError(`--tenant takes 1 to 128 of A-Z a-z 0-9 _ . : -, not ${JSON.stringify(id)}`)
}

/** The option that gives a member of the body, or a header. */
const optionsOfPaths: Readonly<Record<string, string>> = {
  subject: '--subject',
  scopes: '--scope',
  displayName: '--name',
  endpointIds: '--endpoint',
  expiresInSeconds: '--seconds',
  'Keyturn-Tenant': '--tenant',
}

/** What the API refuses, by the option at fault where it names a field. */
function refusalOf({ message, errors }: KeyturnError): string {
  const faults = errors.map(fault => {
    const [member = ''] = fault.path.split('.')
    return `${optionsOfPaths[member] ?? fault.path} ${fault.message}`
  })
  return faults.length === 0 ? message : faults.join('; ')
}

interface PortalPlace {
  readonly baseUrl: string
  readonly credential: string
  /** Undefined: that of the API key. */
  readonly usualTenant: string | undefined
}

const localDescription = v.object({
  api: v.string(),
  contracts: v.object({ keyturn: v.object({ tenantId: v.string(), platformApiKey: v.string() }) }),
})

/** A deployment by its URL, or the local run of a data folder. @throws {OperatorError} */
async function placeOf(
  { api, dataDir }: PortalLinkOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<PortalPlace> {
  if (api === undefined) return localPlace(dataDir)
  if (dataDir !== undefined)
    throw new OperatorError('--api names a deployment, --data-dir a local run: give one of them')
  const credential = environment[keyVariable] ?? ''
  if (!isSafe(api)) {
    throw new OperatorError(
      '--api must be the https URL of the API, without user, query and fragment; http on this machine alone',
    )
  }
  if (/^[!-~]+$/.test(credential)) return { baseUrl: api, credential, usualTenant: undefined }
  const fault = credential === '' ? '' : ', which holds something else'
  throw new OperatorError(`--api needs an API key with portal:write in the environment variable ${keyVariable}${fault}`)
}

/** The API key goes along. */
function isSafe(api: string): boolean {
  if (!URL.canParse(api)) return false
  const { protocol, hostname, username, password, search, hash } = new URL(api)
  if (username + password + search + hash !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(hostname))
}

async function localPlace(dataDir = '.keyturn'): Promise<PortalPlace> {
  const folder = resolve(dataDir)
  const remedy = 'the next npm start writes it anew'
  const description = readStored({ file: localFile(folder), schema: localDescription, remedy })
  if (description === null) {
    throw new OperatorError(`no local run in ${folder}: start one with npm start, or give --data-dir, or --api`)
  }
  const { api, contracts } = description
  const { tenantId, platformApiKey } = contracts.keyturn
  const baseUrl = api + ownBasePath(await mountsAt(api))
  return { baseUrl, credential: platformApiKey, usualTenant: tenantId }
}

const reach = v.exactOptional(v.picklist(['own', 'every']))
const mounts = v.array(v.object({ basePath: v.string(), contract: v.object({ reach }) }))

/** What the local run serves and where, as its portal's page reads it. @throws {OperatorError} */
async function mountsAt(api: string): Promise<readonly Located[]> {
  try {
    const reply = await fetch(`${api}/portal/mounts.json`)
    return v.parse(mounts, await reply.json())
  } catch (error) {
    throw new OperatorError(`the local run at ${api} does not say where its API is: is it still running?`, {
      cause: error,
    })
  }
}

/** Most of it the API itself looks at. */
function bodyOf(options: PortalLinkOptions, now: Date): CreatePortalSessionBody {
  const { subject = 'operator', name, scope = ['read'], endpoint, seconds } = options
  if (seconds !== undefined && !/^\d{1,6}$/.test(seconds)) throw new OperatorError('--seconds takes a whole number')
  return {
    subject,
    scopes: scope.flatMap(text => text.split(',')) as CreatePortalSessionBody['scopes'],
    authenticatedAt: now.toISOString(),
    ...(name !== undefined && { displayName: name }),
    ...(endpoint !== undefined && { endpointIds: endpoint.flatMap(text => text.split(',')) }),
    ...(seconds !== undefined && { expiresInSeconds: Number(seconds) }),
  }
}
