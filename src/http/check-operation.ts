import type { Contract, Operation } from '../contracts/contract'
import { shapeFields } from '../contracts/shape-fields'
import type { Fault } from './contract-fault'
import { parseTemplate, type Segment } from './path-template'

/** Uses that are not about one endpoint. */
const withoutEndpoint = ['create', 'list', 'health', 'publish']

/** What is wrong with one operation of a contract; each fault names it by method and path. */
export function checkOperation(contract: Contract, operation: Operation): readonly Fault[] {
  const name = `operation ${operation.method} ${operation.path}`
  const faults = [
    ...checkPath(contract, operation),
    ...checkAccess(contract, operation),
    ...checkReply(contract, operation),
    operation.since !== undefined &&
      contract.apiVersions?.known.includes(operation.since) !== true &&
      'since must be one of apiVersions.known',
  ]
  return faults.map(fault => fault !== false && `${name}: ${fault}`)
}

function checkPath({ ids, tenant }: Contract, { path, use }: Operation): readonly Fault[] {
  const segments = parseTemplate(path)
  const names = segments.flatMap(segment => (segment.kind === 'parameter' ? [segment.name] : []))
  // The id of `send-again` is a delivery's.
  const needsId = use === 'send-again' || (ids.kind !== 'fixed' && !withoutEndpoint.includes(use))
  const tenantName = tenant.from === 'path' ? [tenant.parameter] : []
  const wanted = use === 'health' ? [] : [...(needsId ? ['id'] : []), ...tenantName]
  return [
    !path.startsWith('/') && 'path must start with a slash',
    !segments.every((segment, index) => isWellFormed(segment, index === segments.length - 1)) &&
      'path must have plain segments, parameters like {id}, and a verb after the last {id} alone',
    [...names].sort().join() !== wanted.sort().join() &&
      `path must have these parameters: ${wanted.join(', ') || 'none'}`,
  ]
}

function isWellFormed(segment: Segment, isLast: boolean): boolean {
  if (segment.kind === 'literal') return /^[a-zA-Z0-9._-]+$/.test(segment.text)
  return segment.verb === null || (isLast && segment.name === 'id')
}

function checkAccess({ credentials }: Contract, { access, use }: Operation): readonly Fault[] {
  if (access === 'anyone') return [use !== 'health' && 'access must not be anyone']
  const { session, apiKey } = access
  const { permission, minimumPlan } = apiKey ?? {}
  return [
    use === 'health' && 'access must be anyone',
    session === undefined && apiKey === undefined && 'access must allow sessions or API keys',
    session !== undefined && !credentials.sessions && 'access.session needs credentials.sessions',
    session?.roles.length === 0 && 'access.session.roles must not be empty',
    apiKey !== undefined && credentials.apiKey === undefined && 'access.apiKey needs credentials.apiKey',
    permission !== undefined && !credentials.permissions.includes(permission) && 'access.apiKey.permission is unknown',
    minimumPlan !== undefined && !credentials.plans.includes(minimumPlan) && 'access.apiKey.minimumPlan is unknown',
  ]
}

function checkReply(contract: Contract, { reply, use }: Operation): readonly Fault[] {
  const reveals = reply.body !== null && shapeFields(reply.body).includes('signingSecret')
  const revealsElsewhere = contract.operations.some(operation => operation.use === 'reveal')
  return [
    (reply.status === 204) !== (reply.body === null) && 'reply must have a body, unless its status is 204',
    use === 'reveal' && !reveals && 'reply.body must show signingSecret',
    (use === 'rotate' || use === 'create') && !reveals && !revealsElsewhere && 'reply.body never shows signingSecret',
  ]
}
