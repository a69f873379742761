import type { Mount } from '../src/http/mount'
import type { Cors } from './http-api'

/** What browsers of these origins need to call the mounted contracts; undefined without origins. */
export function corsOf(mounts: readonly Mount[], origins: readonly string[]): Cors | undefined {
  if (origins.length === 0) return undefined
  const methods = mounts.flatMap(({ contract }) => contract.operations.map(({ method }) => method))
  return { origins, methods: unique(methods), headers: unique(mounts.flatMap(headersOf)) }
}

/** Lower-case: the headers by which a contract is spoken to. */
function headersOf({ contract: { credentials, tenant, apiVersions } }: Mount): readonly string[] {
  return [
    'content-type',
    'idempotency-key',
    credentials.in.kind === 'bearer' ? 'authorization' : credentials.in.name,
    ...(tenant.from !== 'path' && tenant.header !== undefined ? [tenant.header] : []),
    ...(apiVersions === undefined ? [] : [apiVersions.header]),
  ].map(header => header.toLowerCase())
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort()
}
