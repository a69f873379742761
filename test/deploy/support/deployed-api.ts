import {
  ApiGatewayV2Client,
  GetApisCommand,
  GetIntegrationsCommand,
  GetRoutesCommand,
} from '@aws-sdk/client-apigatewayv2'

/** How the AWS that was deployed to is reached. */
export interface AwsAccess {
  readonly region: string
  readonly endpoint?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

export interface DeployedRoute {
  readonly routeKey: string
  /** The function that the route's integration invokes. */
  readonly function: string
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
