import { Apigatewayv2Api } from '@cdktf/provider-aws/lib/apigatewayv2-api'
import { Apigatewayv2Integration } from '@cdktf/provider-aws/lib/apigatewayv2-integration'
import { Apigatewayv2Route } from '@cdktf/provider-aws/lib/apigatewayv2-route'
import { Apigatewayv2Stage } from '@cdktf/provider-aws/lib/apigatewayv2-stage'
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group'
import type { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function'
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission'
import { Construct } from 'constructs'
import type { GatewayRoute } from '../src/http/gateway-routes'
import type { ServingFunction } from '../src/http/route'
import { accessLogFormat } from './access-log-format'

export interface HttpApiProps {
  readonly name: string
  readonly routes: readonly GatewayRoute[]
  /** By the name that routes know them by. */
  readonly functions: Readonly<Record<ServingFunction, LambdaFunction>>
  /** Absent: browsers of other origins cannot call the API. */
  readonly cors: Cors | undefined
  readonly throttle: { readonly requestsPerSecond: number; readonly burst: number }
  readonly logRetentionDays: number
  /** Whether AWS's own name for the API answers, too. */
  readonly ownName: boolean
}

export interface Cors {
  readonly origins: readonly string[]
  readonly methods: readonly string[]
  readonly headers: readonly string[]
}

/** API Gateway waits a second less for a function than the function may take. */
export const gatewayTimeoutSeconds = 14

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
    const targets = new Map(namesOf(props.routes).map(name => [name, this.#integrate(name, props)]))
    for (const { routeKey, function: name } of props.routes) {
      const target = `integrations/${targets.get(name)?.id}`
      new Apigatewayv2Route(this, `route-${routeKey}`, { apiId: this.api.id, routeKey, target })
    }
    this.stage = this.#defaultStage(props)
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
      timeoutMilliseconds: gatewayTimeoutSeconds * 1000,
    })
  }

  #defaultStage({ name, throttle, logRetentionDays }: HttpApiProps): Apigatewayv2Stage {
    // The prefix keeps the log group out of the account's one policy for log delivery, which is limited in size.
    const logs = new CloudwatchLogGroup(this, 'access-logs', {
      name: `/aws/vendedlogs/${name}`,
      retentionInDays: logRetentionDays,
    })
    return new Apigatewayv2Stage(this, 'stage', {
      apiId: this.api.id,
      name: '$default',
      autoDeploy: true,
      defaultRouteSettings: {
        throttlingRateLimit: throttle.requestsPerSecond,
        throttlingBurstLimit: throttle.burst,
        detailedMetricsEnabled: true,
      },
      accessLogSettings: { destinationArn: logs.arn, format: accessLogFormat },
    })
  }
}

function namesOf(routes: readonly GatewayRoute[]): readonly ServingFunction[] {
  return [...new Set(routes.map(route => route.function))]
}

function corsConfiguration({ origins, methods, headers }: Cors) {
  return {
    allowOrigins: [...origins],
    allowMethods: [...methods],
    allowHeaders: [...headers],
    exposeHeaders: ['x-request-id', 'retry-after', 'idempotency-replayed'],
    maxAge: 3600,
  }
}
