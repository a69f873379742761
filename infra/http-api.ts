import { Apigatewayv2Api } from '@cdktf/provider-aws/lib/apigatewayv2-api'
import { Apigatewayv2ApiMapping } from '@cdktf/provider-aws/lib/apigatewayv2-api-mapping'
import { Apigatewayv2DomainName } from '@cdktf/provider-aws/lib/apigatewayv2-domain-name'
import { Apigatewayv2Integration } from '@cdktf/provider-aws/lib/apigatewayv2-integration'
import { Apigatewayv2Route } from '@cdktf/provider-aws/lib/apigatewayv2-route'
import { Apigatewayv2Stage } from '@cdktf/provider-aws/lib/apigatewayv2-stage'
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group'
import type { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function'
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission'
import { Construct } from 'constructs'
import type { CustomDomain as Domain, Throttle } from '../config/config'
import { type Cors, exposedHeaders, preflightSeconds } from '../src/contracts/cors'
import type { GatewayRoute, ServingFunction } from '../src/contracts/gateway-routes'

export interface HttpApiProps {
  readonly name: string
  readonly routes: readonly GatewayRoute[]
  /** By the names that routes have for them. */
  readonly functions: Readonly<Record<ServingFunction, LambdaFunction>>
  /** Absent: browsers of other origins cannot call the API. */
  readonly cors: Cors | undefined
  /** Of the routes that change nothing, together with published events. */
  readonly throttle: Throttle
  /** Of each route that changes an endpoint or an API key, for itself. */
  readonly changeThrottle: Throttle
  readonly logRetentionDays: number
  /** Whether the API answers under the name that AWS gives it. */
  readonly ownName: boolean
}

/** How long API Gateway waits for a function; 30 is its most. A probe's test deliveries take up to 15, and its event 2. */
export const gatewayTimeoutSeconds: Readonly<Record<ServingFunction, number>> = {
  rotate: 14,
  endpoints: 14,
  deliver: 26,
  access: 14,
  portal: 14,
}

/** The HTTP API: one explicit route an operation, everything else to `endpoints`, which answers 404 and 405. */
export class HttpApi extends Construct {
  readonly api: Apigatewayv2Api
  readonly stage: Apigatewayv2Stage

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id)
    const { cors } = props
    this.api = new Apigatewayv2Api(this, 'api', {
      name: props.name,
      protocolType: 'HTTP',
      disableExecuteApiEndpoint: !props.ownName,
      ...(cors === undefined ? {} : { corsConfiguration: corsConfiguration(cors) }),
    })
    const targets = new Map(functionsOf(props.routes).map(name => [name, this.#integrate(name, props)]))
    const routes = props.routes.map(({ routeKey, function: name }) => {
      const target = `integrations/${targets.get(name)?.id}`
      return new Apigatewayv2Route(this, `route-${routeKey}`, { apiId: this.api.id, routeKey, target })
    })
    this.stage = this.#defaultStage(props, routes)
  }

  #integrate(name: ServingFunction, { functions }: HttpApiProps): Apigatewayv2Integration {
    const target = functions[name]
    new LambdaPermission(this, `${name}-permission`, {
      statementId: 'FromTheHttpApi',
      action: 'lambda:InvokeFunction',
      functionName: target.functionName,
      principal: 'apigateway.amazonaws.com',
      sourceArn: `${this.api.executionArn}/*/*`,
    })
    return new Apigatewayv2Integration(this, `${name}-integration`, {
      apiId: this.api.id,
      integrationType: 'AWS_PROXY',
      integrationUri: target.arn,
      payloadFormatVersion: '2.0',
      timeoutMilliseconds: gatewayTimeoutSeconds[name] * 1000,
    })
  }

  #defaultStage(
    { name, routes, throttle, changeThrottle, logRetentionDays }: HttpApiProps,
    dependsOn: Apigatewayv2Route[],
  ): Apigatewayv2Stage {
    // The prefix keeps the log group out of the account's one policy for log delivery, which is limited in size.
    const logs = new CloudwatchLogGroup(this, 'access-logs', {
      name: `/aws/vendedlogs/${name}`,
      retentionInDays: logRetentionDays,
    })
    return new Apigatewayv2Stage(this, 'stage', {
      apiId: this.api.id,
      name: '$default',
      autoDeploy: true,
      defaultRouteSettings: routeSettings(throttle),
      routeSettings: routes.filter(changes).map(({ routeKey }) => ({
        routeKey,
        ...routeSettings(changeThrottle),
      })),
      accessLogSettings: { destinationArn: logs.arn, format: accessLogFormat },
      // API Gateway refuses settings of a route that is not there yet.
      dependsOn,
    })
  }
}

function routeSettings({ requestsPerSecond, burst }: Throttle) {
  return { throttlingRateLimit: requestsPerSecond, throttlingBurstLimit: burst }
}

/** Whether a route makes, rotates, revokes, changes or deletes. What `endpoints` takes by POST is events. */
function changes({ routeKey, function: name }: GatewayRoute): boolean {
  return (
    name === 'rotate' || /^(PATCH|PUT|DELETE) /.test(routeKey) || (name === 'access' && routeKey.startsWith('POST '))
  )
}

function functionsOf(routes: readonly GatewayRoute[]): readonly ServingFunction[] {
  return [...new Set(routes.map(route => route.function))]
}

function corsConfiguration({ origins, methods, headers }: Cors) {
  return {
    allowOrigins: [...origins],
    allowMethods: [...methods],
    allowHeaders: [...headers],
    exposeHeaders: [...exposedHeaders],
    maxAge: preflightSeconds,
  }
}

/** One JSON object a request: no header, no query and no body, and the route instead of the path. */
export const accessLogFormat = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  routeKey: '$context.routeKey',
  status: '$context.status',
  responseBytes: '$context.responseLength',
  milliseconds: '$context.responseLatency',
  integrationStatus: '$context.integrationStatus',
  error: '$context.error.message',
})

/** The API under a name of the platform's own. Whoever runs its DNS adds the record: an alias or CNAME to `target`. */
export class CustomDomain extends Construct {
  readonly target: string

  constructor(scope: Construct, id: string, { domain, http }: { readonly domain: Domain; readonly http: HttpApi }) {
    super(scope, id)
    const name = new Apigatewayv2DomainName(this, 'name', {
      domainName: domain.name,
      domainNameConfiguration: {
        certificateArn: domain.certificateArn,
        endpointType: 'REGIONAL',
        securityPolicy: 'TLS_1_2',
      },
    })
    new Apigatewayv2ApiMapping(this, 'mapping', { apiId: http.api.id, domainName: name.id, stage: http.stage.id })
    this.target = name.domainNameConfiguration.targetDomainName
  }
}
