import type { Check, Probe, ProbeDeps } from '../../delivery/probe'
import { probe } from '../../delivery/probe'
import type { EndpointStore } from '../../rotation/ports'
import { readTable } from '../body/fields'
import { parseJsonObject, readBody } from '../body/json'
import { contractOf, loadEndpoint } from '../load-endpoint'
import { type Outcome, outcome, type Values } from '../reply'
import type { ApiSettings, PermittedRequest, Uses } from '../request'

export interface ProbeUseDeps extends ProbeDeps {
  readonly endpoints: Pick<EndpointStore, 'load'>
}

/** Asks a receiver whether it verifies with the newest key. */
export function probeUses(deps: ProbeUseDeps, settings: ApiSettings): Uses {
  return { probe: { credential: 'fresh', perform: request => sendProbe(deps, settings, request) } }
}

async function sendProbe(deps: ProbeUseDeps, { contracts }: ApiSettings, request: PermittedRequest): Promise<Outcome> {
  const endpoint = await loadEndpoint(deps.endpoints, contracts, request)
  readTable(parseJsonObject(readBody(request)), {}, request.contract.rotateBody?.unknownFields ?? 'ignore')
  const contract = contractOf(contracts, endpoint)
  return outcome(probeValues(await probe(deps, { endpoint, contract, actor: request.actor })))
}

function probeValues({ adoption, keyId, at, checks }: Probe): Values {
  return { adoption, keyId, at, checks: checks.map(checkValues) }
}

function checkValues({ signedBy, result }: Check): Values {
  const { status, error, message, durationMs } = result
  return { signedBy, responseStatus: status, errorMessage: error === null ? null : message, durationMs }
}
