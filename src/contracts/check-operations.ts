import { whenRules } from './check-claims'
import { chosenParameters } from './check-requests'
import { replyRules } from './check-shapes'
import { type Contract, neededPermissions, type Operation } from './contract'
import { isOfAccess, isOfPlatform, isOpen, type Use } from './dimensions'
import type { Fault } from './fault'
import { parseTemplate, type Segment } from './routes'
import { operationRule, type OperationRule } from './rule'

/** Of each operation by itself. */
export const operationRules: readonly OperationRule[] = [
  operationRule(['ids', 'tenant', 'overlap', 'rotateBody', 'idempotencyKey'], ['path', 'use'], checkPath),
  operationRule(['credentials'], ['access', 'use'], checkAccess),
  ...whenRules,
  ...replyRules,
  operationRule(['apiVersions'], ['since'], ({ apiVersions }, { since }) => [
    since !== undefined && apiVersions?.known.includes(since) !== true && 'since must be one of apiVersions.known',
  ]),
  operationRule([], ['filters', 'use'], (_, { filters, use }) => [
    filters !== undefined && use !== 'list' && `filters must not be given with ${use}, which is no list of endpoints`,
  ]),
]

/** What only Keyturn as the server needs. */
export const operationRulesOfServed: readonly OperationRule[] = [
  operationRule([], ['access'], (_, { access }) => [access === undefined && 'access must be given']),
]

type Addressed = Pick<Contract, 'ids' | 'tenant' | 'overlap' | 'rotateBody' | 'idempotencyKey'>

/** Uses that are not about one endpoint. */
const withoutEndpoint: readonly Use[] = [
  'create',
  'list',
  'health',
  'publish',
  'tenant-audit',
  'create-api-key',
  'list-api-keys',
  'session',
  'create-portal-session',
  'end-portal-sessions',
]
/** Uses whose id is something else's: a delivery's, an API key's, a tenant's, a portal session's. */
const withOtherId: readonly Use[] = ['send-again', 'revoke-api-key', 'end-credentials', 'end-portal-session']

function checkPath(contract: Addressed, { path, use }: Pick<Operation, 'path' | 'use'>): readonly Fault[] {
  const { ids, tenant } = contract
  const segments = parseTemplate(path)
  const names = segments.flatMap(segment => (segment.kind === 'parameter' ? [segment.name] : []))
  const needsId = withOtherId.includes(use) || (ids.kind !== 'fixed' && !withoutEndpoint.includes(use))
  const tenantName = tenant.from === 'path' && !isOfPlatform(use) ? [tenant.parameter] : []
  const chosen = use === 'rotate' ? chosenParameters(contract) : []
  const wanted = isOpen(use) ? [] : [...(needsId ? ['id'] : []), ...tenantName, ...chosen]
  const [beforeLast, last] = segments.slice(-2)
  if (beforeLast?.kind === 'parameter' && beforeLast.verb !== null && last !== undefined && isEmpty(last)) {
    return [`path must not end in a slash after a verb, as in ${JSON.stringify(`${segmentText(beforeLast)}/`)}`]
  }
  const odd = segments.find((segment, index) => !isWellFormed(segment, index === segments.length - 1))
  if (odd !== undefined) {
    const text = JSON.stringify(segmentText(odd))
    return [`path must have plain segments, parameters like {id}, and a verb after the last {id} alone, not ${text}`]
  }
  return [
    !path.startsWith('/') && 'path must start with a slash',
    ...wanted.map(name => !names.includes(name) && `path must have {${name}}`),
    ...names.map(
      (name, index) =>
        (!wanted.includes(name) && `path must not have {${name}}${whyNot(name, contract, use)}`) ||
        (names.indexOf(name) !== index && `path must have {${name}} once`),
    ),
  ]
}

function whyNot(name: string, { ids }: Addressed, use: string): string {
  if (name !== 'id') return ', which nothing in the contract names'
  return ids.kind === 'fixed' ? ', since ids are fixed' : `, since ${use} is not about one endpoint`
}

function isEmpty(segment: Segment): boolean {
  return segment.kind === 'literal' && segment.text === ''
}

function segmentText(segment: Segment): string {
  if (segment.kind === 'literal') return segment.text
  return `{${segment.name}}${segment.verb === null ? '' : `:${segment.verb}`}`
}

function isWellFormed(segment: Segment, isLast: boolean): boolean {
  if (segment.kind === 'literal') return /^[a-zA-Z0-9._-]+$/.test(segment.text) || (isLast && segment.text === '')
  return segment.verb === null || (isLast && segment.name === 'id')
}

function checkAccess(
  { credentials }: Pick<Contract, 'credentials'>,
  { access, use }: Pick<Operation, 'access' | 'use'>,
): readonly Fault[] {
  if (access === undefined) return []
  if (access === 'anyone') return [!isOpen(use) && 'access must not be anyone']
  const { permissions = [], plans = [], sessions } = credentials
  const { session, apiKey, portal } = access
  const { memberPermissions = {}, minimumPlan } = apiKey ?? {}
  const isKnown = (permission: string): boolean => permissions.includes(permission)
  return [
    isOpen(use) && 'access must be anyone',
    session === undefined && apiKey === undefined && 'access must allow sessions or API keys',
    session !== undefined && sessions !== true && 'access.session needs credentials.sessions',
    session !== undefined &&
      isOfAccess(use) &&
      'access.session must not be given: API keys alone make and end what lets somebody in',
    use === 'create-api-key' && plans.length > 0 && 'use must not be create-api-key, since a request names no plan',
    isOfAccess(use) && neededPermissions(apiKey ?? {}).length === 0 && 'access.apiKey.permission must be given',
    portal !== undefined && credentials.portalScopes === undefined && 'access.portal needs credentials.portalScopes',
    portal !== undefined &&
      apiKey === undefined &&
      'access.portal needs access.apiKey: a portal session does nothing that its API key may not',
    portal !== undefined &&
      use === 'create-portal-session' &&
      'access.portal must not be given: API keys alone make one',
    session?.roles.length === 0 && 'access.session.roles must not be empty',
    apiKey !== undefined && credentials.apiKey === undefined && 'access.apiKey needs credentials.apiKey',
    apiKey !== undefined && !neededPermissions(apiKey).every(isKnown) && 'access.apiKey.permission is unknown',
    !Object.values(memberPermissions).every(isKnown) && 'access.apiKey.memberPermissions has an unknown permission',
    minimumPlan !== undefined && !plans.includes(minimumPlan) && 'access.apiKey.minimumPlan is unknown',
  ]
}
