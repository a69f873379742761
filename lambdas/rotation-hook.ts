import { inRequestScope } from '../src/http/request-scope'
import { rotationHook } from '../src/rotation-hook/rotation-hook'
import { readEnvironment } from './environment'
import { readMounts } from './mounts'
import { rotationHookDeps } from './rotation-hook-deps'
import { rotationHookVariables } from './rotation-hook-environment'

const environment = readEnvironment(rotationHookVariables, process.env)
const contracts = readMounts(__dirname).map(({ contract }) => contract)
const hook = rotationHook(rotationHookDeps(environment, contracts))

/** The four steps by which Secrets Manager rotates a vendor's secret. */
export const handler = (event: unknown, context: { readonly awsRequestId: string }): Promise<void> =>
  inRequestScope(context.awsRequestId, () => hook(event))
