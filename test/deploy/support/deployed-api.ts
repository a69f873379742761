import {
  ApiGatewayV2Client,
  GetApisCommand,
  GetIntegrationsCommand,
  GetRoutesCommand,
} from '@aws-sdk/client-apigatewayv2'
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'

export interface DeployedFunction {
  readonly name: string
  readonly environment: Readonly<Record<string, string>>
  /** SHA-256 of the deployed zip, in base64. */
  readonly codeSha256: string
  readonly timeoutSeconds: number
}

export interface DeployedRoute {
  readonly routeKey: string
  /** The function that the route's integration invokes. */
  readonly function: string
}

export interface AwsAccess {
  readonly region: string
  readonly endpoint?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** The routes of a deployed HTTP API, each with its function, as AWS has them; none without the API. */
export async function deployedRoutes(access: AwsAccess, apiName: string): Promise<readonly DeployedRoute[]> {
  const client = new ApiGatewayV2Client(access)
  const { Items: apis = [] } = await client.send(new GetApisCommand({ MaxResults: '100' }))
  const ApiId = apis.find(({ Name }) => Name === apiName)?.ApiId
  if (ApiId === undefined) return []
  const { Items: integrations = [] } = await client.send(new GetIntegrationsCommand({ ApiId, MaxResults: '100' }))
  const { Items: routes = [] } = await client.send(new GetRoutesCommand({ ApiId, MaxResults: '500' }))
  client.destroy()
  const functions = new Map(
    integrations.map(({ IntegrationId, IntegrationUri = '' }) => [
      `integrations/${IntegrationId}`,
      IntegrationUri.slice(IntegrationUri.lastIndexOf(':') + 1),
    ]),
  )
  return routes.map(({ RouteKey = '', Target = '' }) => ({ routeKey: RouteKey, function: functions.get(Target) ?? '' }))
}

export async function deployedFunction(access: AwsAccess, name: string): Promise<DeployedFunction> {
  const client = new LambdaClient(access)
  const found = await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }))
  client.destroy()
  return {
    name,
    environment: found.Environment?.Variables ?? {},
    codeSha256: found.CodeSha256 ?? '',
    timeoutSeconds: found.Timeout ?? 0,
  }
}
