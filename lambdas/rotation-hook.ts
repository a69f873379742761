import { inRequestScope } from '../src/core/log'
import { rotationHook } from '../src/rotation-hook/rotation-hook'
import { readEnvironment, rotationHookVariables } from './environment'
import { rotationHookDeps } from './rotation-hook-wiring'
import { readMounts } from './wiring'

const environment = readEnvironment(rotationHookVariables, process.env)
const contracts = readMounts(__dirname).map(({ contract }) => contract)
const hook = rotationHook(rotationHookDeps(environment, contracts))

/** The four steps by which Secrets Manager rotates a vendor's secret. */
export const handler = (event: unknown, context: { readonly awsRequestId: string }): Promise<void> =>
  inRequestScope(context.awsRequestId, () => hook(event))
