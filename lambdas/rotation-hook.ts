import { inRequestScope } from '../src/http/request-scope'
import { rotationHook } from '../src/rotation-hook/rotation-hook'
import { readEnvironment } from './environment'
import { rotationHookDeps } from './rotation-hook-deps'
import { rotationHookVariables } from './rotation-hook-environment'

const hook = rotationHook(rotationHookDeps(readEnvironment(rotationHookVariables, process.env), __dirname))

/** The four steps by which Secrets Manager rotates a vendor's secret. */
export const handler = (event: unknown, context: { readonly awsRequestId: string }): Promise<void> =>
  inRequestScope(context.awsRequestId, () => hook(event))
