import { describe, expect, it } from '@jest/globals'
import { App, TerraformStack } from 'cdktf'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { awsProvider, lockFile, pinAwsProvider } from '../../../infra/aws-provider'
import { accessLogFormat } from '../../../infra/http-api'
import { corsOf } from '../../../src/contracts/cors'
import { allContracts } from '../../../src/contracts/all'
import type { Contract } from '../../../src/contracts/contract'
import { keyturn } from '../../../src/contracts/keyturn'
import { acmeworks } from '../contracts/made-up/acmeworks'
import { lanternkey } from '../contracts/made-up/lanternkey'
import { northlight } from '../contracts/made-up/northlight'
import { probePatienceMs, publishMs } from '../../../src/delivery/probe'
import { folder, minimal, mountsOf, resources, synthesise, type Synthesised, deployedFiles } from './support/synthesise'
import { functionNames } from '../../../infra/function-statements'
import { allows } from './support/evaluate-policy'
import { keyPolicy, rolePolicy } from './support/synthesised-policies'

const sessions = {
  issuer: 'https://id.example',
  audience: 'keyturn',
  jwksUrl: 'https://id.example/jwks.json',
  roleClaim: 'role',
  tenantClaim: 'tenant',
}
const prod = synthesise({ ...minimal, stage: 'prod' })
const dev = synthesise()
const all = synthesise({ ...minimal, sessions, contracts: allContracts.map(({ name }) => ({ contract: name })) })

function thrownBy(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  throw new Error('nothing was thrown')
}

/** `portal` shows what stands beside its bundle, and is told nothing of the stage. */
const workingNames = functionNames.filter(name => name !== 'portal')

function workingFunctions(stack: Synthesised): ReturnType<typeof resources> {
  return resources(stack, 'aws_lambda_function').filter(each => !String(each.function_name).endsWith('-portal'))
}

function functionOf(stack: Synthesised, name: string): ReturnType<typeof resources>[number] {
  return resources(stack, 'aws_lambda_function').find(each => each.function_name === `keyturn-dev-${name}`) ?? {}
}

describe('routes', () => {
  const keys = resources(all, 'aws_apigatewayv2_route').map(({ route_key: key }) => String(key))

  it('have keys that API Gateway takes: segments are plain or one parameter', () => {
    const segment = String.raw`(?:[a-zA-Z0-9._-]+|\{[a-zA-Z0-9._-]+\})`
    const pattern = new RegExp(String.raw`^(?:\$default|(?:GET|POST|PUT|PATCH|DELETE) (?:/${segment})+)$`)
    expect(keys.filter(key => !pattern.test(key))).toEqual([])
    expect(keys.length).toBeGreaterThan(10)
  })

  it('cover each contract’s rotate operation, and what no route has goes to endpoints', () => {
    const targets = Object.values(all.resource.aws_apigatewayv2_route ?? {})
    const rotate = allContracts.flatMap(({ operations }) => operations.filter(({ use }) => use === 'rotate'))
    for (const { method, path } of rotate) expect(keys).toContain(`${method} ${path}`)
    const fallback = targets.find(({ route_key: key }) => key === '$default')
    expect(fallback?.target).toContain('endpoints-integration')
  })

  it('stand behind their base path, of which every function is told', () => {
    const portal = { origin: 'https://hooks.example.com' }
    const moved = synthesise({ ...minimal, portal, contracts: [{ contract: 'keyturn', basePath: '/hooks' }] })
    const paths = resources(moved, 'aws_apigatewayv2_route').map(({ route_key: key }) => String(key).split(' ')[1])
    expect(paths.filter(path => path !== undefined && !/^\/(?:hooks|portal)(?:\/|$)/.test(path))).toEqual([])
    const told = workingFunctions(moved).map(mountsOf)
    expect(told).toEqual(workingNames.map(() => [{ contract: keyturn, basePath: '/hooks' }]))
  })
})

describe('the API', () => {
  it('logs no header, no body, no query and no path', () => {
    const variables = [...accessLogFormat.matchAll(/\$context\.([\w.]+)/g)].map(([, name]) => name)
    expect(variables).toEqual([
      'requestId',
      'requestTime',
      'identity.sourceIp',
      'routeKey',
      'status',
      'responseLength',
      'responseLatency',
      'integrationStatus',
      'error.message',
    ])
    expect(resources(dev, 'aws_apigatewayv2_stage')[0]).toMatchObject({
      access_log_settings: { format: accessLogFormat },
    })
  })

  it('is throttled, and answers browsers of other origins only where that is configured', () => {
    const [api] = resources(dev, 'aws_apigatewayv2_api')
    expect(api).not.toHaveProperty('cors_configuration')
    const open = synthesise({ ...minimal, corsOrigins: ['https://app.example.com'] })
    expect(resources(open, 'aws_apigatewayv2_api')[0]).toMatchObject({
      cors_configuration: {
        allow_origins: ['https://app.example.com'],
        allow_headers: expect.arrayContaining(['authorization', 'content-type', 'idempotency-key', 'keyturn-tenant']),
        allow_methods: expect.arrayContaining(['POST', 'GET']),
      },
    })
    expect(resources(dev, 'aws_apigatewayv2_stage')[0]).toMatchObject({
      default_route_settings: { throttling_rate_limit: 100, throttling_burst_limit: 200 },
    })
  })

  it('lets browsers send the headers in which a contract wants something said', () => {
    const mounts = [acmeworks, lanternkey, northlight].map(contract => ({ contract, basePath: '' }))
    const keyed: Contract = {
      ...acmeworks,
      idempotencyKey: { rule: 'optional', in: 'Acme-Once:' },
      operations: acmeworks.operations.map(operation => ({ ...operation, when: { 'Acme-Rotate:': true } })),
    }
    const cors = corsOf([...mounts, { contract: keyed, basePath: '/keyed' }], ['https://app.example.com'])
    expect(cors?.headers).toEqual(
      expect.arrayContaining(['x-lantern-intent', 'north-until', 'acme-once', 'acme-rotate', 'authorization']),
    )
  })

  it('throttles each route that changes an endpoint for itself, so that events leave a revoke its own', () => {
    const settings = (stack: Synthesised) =>
      Object(resources(stack, 'aws_apigatewayv2_stage')[0]).route_settings as readonly Record<string, unknown>[]
    const keys = resources(all, 'aws_apigatewayv2_route').map(({ route_key: key }) => String(key))
    const ofRoutes = settings(all).map(each => String(each.route_key))
    expect(ofRoutes).toEqual(
      expect.arrayContaining([
        'POST /v1/endpoints',
        'POST /v1/endpoints/{id}/secret/rotate',
        'POST /v1/endpoints/{id}/secret/revoke-previous',
        'PATCH /v1/endpoints/{id}',
        'DELETE /v1/endpoints/{id}',
        'POST /v1/api-keys',
        'DELETE /v1/api-keys/{id}',
        'DELETE /v1/tenants/{id}/credentials',
      ]),
    )
    expect(ofRoutes.filter(key => key.startsWith('GET ') || key === 'POST /v1/events' || key === '$default')).toEqual(
      [],
    )
    expect(ofRoutes.filter(key => !keys.includes(key))).toEqual([])
    const changeThrottle = { requestsPerSecond: 3, burst: 4 }
    const throttled = settings(synthesise({ ...minimal, changeThrottle }))
    expect(throttled[0]).toMatchObject({ throttling_rate_limit: 3, throttling_burst_limit: 4 })
    expect(settings(dev)[0]).toMatchObject({ throttling_rate_limit: 50, throttling_burst_limit: 100 })
    // API Gateway refuses settings of a route that is not there yet.
    expect(Object(resources(all, 'aws_apigatewayv2_stage')[0]).depends_on).toHaveLength(keys.length)
  })

  it('waits for a probe longer than its test deliveries and its event may take', () => {
    const integrations = resources(prod, 'aws_apigatewayv2_integration')
    const [deliver] = integrations.filter(({ integration_uri: uri }) => String(uri).includes('deliver'))
    expect(deliver?.timeout_milliseconds).toBeGreaterThan(probePatienceMs + publishMs + 5000)
    expect(deliver?.timeout_milliseconds).toBeLessThanOrEqual(30_000)
  })

  it('makes no metrics of each route, which are billed: nothing looks at them', () => {
    expect(JSON.stringify(resources(all, 'aws_apigatewayv2_stage'))).not.toContain('detailed_metrics_enabled":true')
  })

  it('answers under its own domain alone, where it has one', () => {
    const domain = { name: 'hooks.example.com', certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/1' }
    const named = synthesise({ ...minimal, domain })
    expect(resources(named, 'aws_apigatewayv2_api')[0]).toMatchObject({ disable_execute_api_endpoint: true })
    expect(named.output.api_url?.value).toBe('https://hooks.example.com')
    expect(resources(named, 'aws_apigatewayv2_api_mapping')).toHaveLength(1)
  })
})

describe('functions', () => {
  const functions = resources(dev, 'aws_lambda_function')

  it('run on arm64 and Node 22, with JSON logs that end', () => {
    expect(functions).toHaveLength(functionNames.length)
    for (const each of functions) {
      expect(each).toMatchObject({
        architectures: ['arm64'],
        runtime: 'nodejs22.x',
        tracing_config: { mode: 'PassThrough' },
        logging_config: { log_format: 'JSON' },
      })
    }
    for (const group of resources(dev, 'aws_cloudwatch_log_group')) expect(group.retention_in_days).toBe(30)
  })

  it('run on the version of Node that `.ci/run` tests on', () => {
    const [, tested] = /^deployed_node=(\d+)\.\d+\.\d+$/m.exec(readFileSync('.ci/run', 'utf8')) ?? []
    expect(new Set(functions.map(each => each.runtime))).toEqual(new Set([`nodejs${tested}.x`]))
  })

  it('are traced where the configuration says so', () => {
    const traced = resources(synthesise({ ...minimal, tracing: 'on' }), 'aws_lambda_function')
    expect(traced.map(each => each.tracing_config)).toEqual(functionNames.map(() => ({ mode: 'Active' })))
  })

  it('get names and addresses, nothing that is secret', () => {
    for (const { environment } of workingFunctions(dev)) {
      expect(Object.keys(Object(Object(environment).variables)).toSorted()).toEqual(
        expect.arrayContaining(['EVENT_BUS_NAME', 'MIRROR', 'RING_KEY_ID', 'STAGE', 'TABLE_NAME']),
      )
    }
    expect(JSON.stringify(functions)).not.toMatch(/password|secret_string|private_key/i)
  })

  it('have room for as many readers of mirrors as their environment holds, and are refused with more', () => {
    const readers = (count: number) => Array.from({ length: count }, (_, n) => String(100_000_000_000 + n))
    const withReaders = (count: number) =>
      synthesise({ ...minimal, stage: 'a'.repeat(20), mirrorReaders: readers(count) })
    expect(() => withReaders(300)).toThrow(
      /^mirrorReaders: are \d+ too many for a function's environment, which holds 4 KB$/,
    )
    const [, tooMany = ''] = /are (\d+)/.exec(thrownBy(() => withReaders(300))) ?? []
    const most = 300 - Number(tooMany)
    expect(most).toBeGreaterThan(200)
    expect(() => withReaders(most + 1)).toThrow(/^mirrorReaders: are 1 too many/)
    const { environment } = Object(resources(withReaders(most), 'aws_lambda_function')[0])
    const filled = JSON.stringify(environment.variables)
      .replaceAll(/\$\{data\.[^}]*account_id\}/g, '111122223333')
      .replaceAll(/\$\{[^}]*\}/g, `arn:aws-us-gov:kms:ap-southeast-1:111122223333:key/mrk-${'0'.repeat(32)}`)
    expect(filled.length).toBeLessThanOrEqual(4096)
    expect(filled.length).toBeGreaterThan(3700)
    const jwksUrl = `https://id.example/${'a'.repeat(4000)}`
    expect(() => synthesise({ ...minimal, sessions: { ...sessions, jwksUrl } })).toThrow(/^sessions: is too long/)
  })

  it('have the same code for the same bundle: the hash in the plan is that of the zip', () => {
    const again = resources(synthesise(), 'aws_lambda_function')
    expect(again.map(each => each.source_code_hash)).toEqual(functions.map(each => each.source_code_hash))
  })

  it('are deployed with what they load later, beside the bundle', () => {
    for (const each of workingFunctions(dev)) {
      expect([...deployedFiles(each).keys()].sort()).toEqual(['index.js', 'jose.js', 'mounts.json'])
    }
    const described = deployedFiles(functionOf(dev, 'portal')).get('files/openapi.json')?.toString() ?? ''
    expect(Object.keys(JSON.parse(described).paths)).toContain('/v1/endpoints/{id}/secret/rotate')
    expect(described).not.toContain('http://')
    expect(described).toContain('"examples":{"rotate":')
  })
})

describe('the portal', () => {
  const portal = {
    origin: 'https://hooks.example.com',
    embedOrigins: ['https://app.example.com', 'https://app.example.org'],
    returnOrigins: ['https://app.example.com'],
  }
  const on = synthesise({ ...minimal, portal })
  const filesOf = (stack: Synthesised) =>
    [...deployedFiles(functionOf(stack, 'portal')).keys()].filter(name => name.startsWith('files/')).toSorted()
  const variablesOf = (stack: Synthesised, name: string) =>
    Object(Object(functionOf(stack, name).environment).variables) as Readonly<Record<string, string>>
  const routesOf = (stack: Synthesised) =>
    resources(stack, 'aws_apigatewayv2_route').map(({ route_key: key }) => String(key))
  const compressed = (...names: readonly string[]) => names.flatMap(name => ['', '.br', '.gz'].map(end => name + end))

  it('is off by default: no route, no page, nothing that a function is told', () => {
    for (const off of [dev, synthesise({ ...minimal, portal: 'off' })]) {
      expect(routesOf(off).filter(key => key.includes('portal'))).toEqual([])
      expect(filesOf(off)).toEqual(compressed('files/openapi.json'))
      expect(Object.keys(variablesOf(off, 'access')).filter(name => name.startsWith('PORTAL_'))).toEqual([])
      expect(variablesOf(off, 'portal')).toEqual({})
    }
  })

  it('has its routes, throttled like all that change nothing', () => {
    expect(routesOf(on)).toEqual(expect.arrayContaining(['ANY /portal', 'ANY /portal/embed', 'ANY /portal/{file}']))
    const settings = JSON.stringify(Object(resources(on, 'aws_apigatewayv2_stage')[0]).route_settings)
    expect(settings).not.toContain(' /portal')
  })

  it('is deployed with its pages and the mounts of the stage, of whose earlier ones nothing is left', () => {
    expect(filesOf(on)).toEqual(
      compressed('files/embed.html', 'files/mounts.json', 'files/openapi.json', 'files/portal.html').toSorted(),
    )
    const mounts = deployedFiles(functionOf(on, 'portal')).get('files/mounts.json')
    expect(JSON.parse(String(mounts))).toEqual([{ contract: keyturn, basePath: '' }])
  })

  it('tells who answers where it is, access its origins, and its own function whose frames may hold it', () => {
    const embed = { PORTAL_EMBED_ORIGINS: portal.embedOrigins.join(',') }
    const own = { PORTAL_ORIGIN: portal.origin, ...embed, PORTAL_RETURN_ORIGINS: portal.returnOrigins.join(',') }
    expect(variablesOf(on, 'access')).toMatchObject(own)
    expect(variablesOf(on, 'portal')).toEqual(embed)
    for (const name of ['rotate', 'endpoints', 'deliver']) {
      expect(Object.keys(variablesOf(on, name)).filter(each => each.startsWith('PORTAL_'))).toEqual(['PORTAL_ORIGIN'])
    }
    const bare = synthesise({ ...minimal, portal: { origin: portal.origin } })
    expect(variablesOf(bare, 'portal')).toEqual({})
    expect(Object.keys(variablesOf(bare, 'access')).filter(name => name.startsWith('PORTAL_'))).toEqual([
      'PORTAL_ORIGIN',
    ])
  })

  it('is refused with more origins than the environment of a function holds', () => {
    const embedOrigins = Array.from(
      { length: 20 },
      (_, n) => `https://${'a'.repeat(60)}.${'b'.repeat(60)}${n}.example.com`,
    )
    expect(() => synthesise({ ...minimal, portal: { ...portal, embedOrigins, returnOrigins: embedOrigins } })).toThrow(
      /^portal: its origins are \d+ characters too long for a function's environment, which holds 4 KB$/,
    )
  })
})

describe('names that an account has once for all regions', () => {
  const region = expect.stringMatching(/-\$\{data\.aws_service\.\w+\.region\}$/)

  it('hold the region: those of roles and of the dashboard', () => {
    expect(resources(dev, 'aws_iam_role').map(({ name }) => name)).toEqual(functionNames.map(() => region))
    expect(resources(dev, 'aws_cloudwatch_dashboard').map(each => each.dashboard_name)).toEqual([region])
  })

  it('fit into the 64 characters of a role', () => {
    const stage = 'a'.repeat(20)
    const longest = resources(synthesise({ ...minimal, stage }), 'aws_iam_role').map(({ name }) =>
      String(name).replace(/\$\{.*\}/, 'ap-southeast-1'),
    )
    expect(Math.max(...longest.map(name => name.length))).toBeLessThanOrEqual(64)
  })
})

describe('the level of the log', () => {
  it('is the configured one everywhere but in the sweep, whose line the gauges are read from', () => {
    const quiet = resources(synthesise({ ...minimal, logLevel: 'error' }), 'aws_lambda_function')
    const levels = quiet
      .filter(each => each.function_name !== 'keyturn-dev-portal')
      .map(each => [each.function_name, Object(Object(each.environment).variables).LOG_LEVEL])
    const expected = workingNames.map(name => [`keyturn-dev-${name}`, name === 'sweep' ? 'info' : 'error'])
    expect(Object.fromEntries(levels)).toEqual(Object.fromEntries(expected))
  })
})

describe('storage', () => {
  const [table] = resources(dev, 'aws_dynamodb_table')

  it('is a table on demand with its indexes, recovery, expiry and encryption', () => {
    expect(table).toMatchObject({
      billing_mode: 'PAY_PER_REQUEST',
      hash_key: 'pk',
      range_key: 'sk',
      point_in_time_recovery: { enabled: true },
      server_side_encryption: { enabled: true },
      ttl: { enabled: true, attribute_name: 'ttl' },
      global_secondary_index: expect.arrayContaining([
        expect.objectContaining({
          name: 'due',
          hash_key: 'dueShard',
          range_key: 'dueAt',
          projection_type: 'KEYS_ONLY',
        }),
      ]),
    })
  })

  it('is two keys that rotate, and that administrators can replicate into another region', () => {
    const keys = resources(dev, 'aws_kms_key')
    expect(keys).toMatchObject([1, 2].map(() => ({ enable_key_rotation: true, multi_region: true })))
    for (const key of ['ring', 'mirror'] as const) {
      const administer = keyPolicy(dev, key).find(({ Sid }) => Sid === 'Administer')
      expect(administer?.Action).toEqual(expect.arrayContaining(['kms:ReplicateKey', 'kms:UpdatePrimaryRegion']))
    }
  })

  it('lets the mirror key be used through Secrets Manager in partitions with other host names, too', () => {
    const [policy] = resources(dev, 'aws_kms_key')
      .map(key => String(key.policy))
      .filter(text => text.includes('Mirrors'))
    expect(policy).toMatch(
      /"kms:ViaService":\["secretsmanager\.\$\{[\w.]+\}\.amazonaws\.com","secretsmanager\.\$\{[\w.]+\}\.\$\{data\.aws_partition\.\w+\.dns_suffix\}"\]/,
    )
  })

  it('outlives a stage that is not dev: table and keys are protected together', () => {
    const kept = [...resources(prod, 'aws_dynamodb_table'), ...resources(prod, 'aws_kms_key')]
    expect(kept.map(each => each.lifecycle)).toEqual(Array.from({ length: 3 }, () => ({ prevent_destroy: true })))
    expect(resources(prod, 'aws_dynamodb_table')[0]).toMatchObject({ deletion_protection_enabled: true })
    expect(table).toMatchObject({ deletion_protection_enabled: false, lifecycle: { prevent_destroy: false } })
  })

  it('is taken over from an earlier deployment instead of made', () => {
    const adopt = { table: true, ringKey: 'ring-id', mirrorKey: 'mirror-id' }
    expect(synthesise({ ...minimal, stage: 'prod', adopt }).import).toEqual([
      { id: 'keyturn-prod', to: 'aws_dynamodb_table.keyturn_prod_table' },
      { id: 'ring-id', to: 'aws_kms_key.keyturn_prod_ring' },
      { id: 'mirror-id', to: 'aws_kms_key.keyturn_prod_mirror' },
    ])
  })
})

describe('reserved concurrency', () => {
  const reserved = (stack: Synthesised) =>
    Object.fromEntries(
      resources(stack, 'aws_lambda_function').map(each => [each.function_name, each.reserved_concurrent_executions]),
    )

  it('is what the configuration says, and none without', () => {
    const reservedConcurrency = { rotate: 20, endpoints: 10, sweep: 2 }
    expect(reserved(synthesise({ ...minimal, reservedConcurrency }))).toEqual({
      'keyturn-dev-rotate': 20,
      'keyturn-dev-endpoints': 10,
      'keyturn-dev-sweep': 2,
      'keyturn-dev-deliver': undefined,
    })
    expect(Object.values(reserved(dev))).toEqual(functionNames.map(() => undefined))
  })
})

describe('deliveries', () => {
  const named = (name: string) => resources(dev, 'aws_sqs_queue').find(queue => queue.name === name)

  it('wait in a queue that gives each to one worker, and end in another after ten tries', () => {
    const queue = named('keyturn-dev-deliveries')
    expect(queue).toMatchObject({ visibility_timeout_seconds: 360, message_retention_seconds: 1_209_600 })
    expect(JSON.parse(String(queue?.redrive_policy))).toMatchObject({
      deadLetterTargetArn: expect.stringContaining('deliveries_failed-messages'),
      maxReceiveCount: 10,
    })
    for (const name of ['dead-letters', 'failed-messages'])
      expect(named(`keyturn-dev-deliveries-${name}`)).toMatchObject({ message_retention_seconds: 1_209_600 })
  })

  it('are worked on in batches that fail in part, by no more functions than configured', () => {
    const feed = { batch_size: 10, function_response_types: ['ReportBatchItemFailures'] }
    expect(resources(dev, 'aws_lambda_event_source_mapping')).toMatchObject([
      { ...feed, scaling_config: { maximum_concurrency: 50 } },
    ])
    const variablesOf = (stack: Synthesised) =>
      workingFunctions(stack).map(each => Object(Object(each.environment).variables))
    const ofDeliveries = (stack: Synthesised) =>
      variablesOf(stack).map(each => [each.PAUSE_AFTER_HOURS, each.PAUSE_AFTER_FAILURES, each.ATTEMPTS_PER_TENANT])
    expect(ofDeliveries(dev)).toEqual(workingNames.map(() => ['24', undefined, '25']))
    const small = synthesise({ ...minimal, deliveries: { concurrency: 7 } })
    expect(ofDeliveries(small)).toEqual(workingNames.map(() => ['24', undefined, '3']))
    const busy = synthesise({
      ...minimal,
      deliveries: { concurrency: 200, pauseAfterHours: 6, pauseAfterFailures: 5, attemptsPerTenant: 100 },
    })
    expect(resources(busy, 'aws_lambda_event_source_mapping')).toMatchObject([
      { ...feed, scaling_config: { maximum_concurrency: 200 } },
    ])
    expect(ofDeliveries(busy)).toEqual(workingNames.map(() => ['6', '5', '100']))
  })

  it('go back to the queue that feeds their function as often as the schedule wants: Lambda ends no such loop', () => {
    const functions = Object(dev.resource.aws_lambda_function)
    const [deliver] = Object.keys(functions).filter(id => functions[id].function_name === 'keyturn-dev-deliver')
    expect(resources(dev, 'aws_lambda_function_recursion_config')).toMatchObject([
      { function_name: `\${aws_lambda_function.${deliver}.function_name}`, recursive_loop: 'Allow' },
    ])
  })

  it('go to endpoints that are https, everywhere but in a local run', () => {
    const variables = workingFunctions(dev).map(each => Object(Object(each.environment).variables))
    expect(variables.map(each => each.INSECURE_TARGETS)).toEqual(workingNames.map(() => 'off'))
  })
})

it('the functions are told where the API’s description is not served', () => {
  const told = (stack: Synthesised) =>
    workingFunctions(stack).map(each => Object(Object(each.environment).variables).API_DESCRIPTION)
  expect(told(dev)).toEqual(workingNames.map(() => undefined))
  expect(told(synthesise({ ...minimal, apiDescription: 'off' }))).toEqual(workingNames.map(() => 'off'))
})

it('a tenant may have 1,000 endpoints, or as many as configured', () => {
  const bounds = (stack: Synthesised) =>
    workingFunctions(stack).map(each => Object(Object(each.environment).variables).ENDPOINTS_PER_TENANT)
  expect(bounds(dev)).toEqual(workingNames.map(() => '1000'))
  expect(bounds(synthesise({ ...minimal, endpointsPerTenant: 250 }))).toEqual(workingNames.map(() => '250'))
})

describe('what an account prescribes', () => {
  it('is in every role: a path and a permissions boundary', () => {
    const roles = { path: '/webhooks/', permissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary' }
    const made = resources(synthesise({ ...minimal, roles }), 'aws_iam_role')
    const prescribed = { path: roles.path, permissions_boundary: roles.permissionsBoundary }
    expect(made).toMatchObject(functionNames.map(() => prescribed))
    for (const role of resources(dev, 'aws_iam_role')) {
      expect(Object.keys(role)).not.toEqual(expect.arrayContaining(['path']))
      expect(Object.keys(role)).not.toEqual(expect.arrayContaining(['permissions_boundary']))
    }
  })

  it('is which accounts Terraform may change', () => {
    const allowedAccountIds = ['111122223333']
    expect(synthesise({ ...minimal, allowedAccountIds }).provider.aws[0]).toMatchObject({
      allowed_account_ids: allowedAccountIds,
    })
  })

  it('is the VPC that deliveries come from, which no other function is attached to', () => {
    const vpc = { subnetIds: ['subnet-1', 'subnet-2'], securityGroupIds: ['sg-1'] }
    const stack = synthesise({ ...minimal, deliveries: { vpc } })
    const attached = resources(stack, 'aws_lambda_function').filter(each => each.vpc_config !== undefined)
    expect(attached).toMatchObject([
      { function_name: 'keyturn-dev-deliver', vpc_config: { subnet_ids: vpc.subnetIds, security_group_ids: ['sg-1'] } },
    ])
    const interfaces = functionNames.filter(name =>
      rolePolicy(stack, `keyturn-dev-${name}`).some(({ Action }) => Action.includes('ec2:CreateNetworkInterface')),
    )
    expect(interfaces).toEqual(['deliver'])
    const attach = rolePolicy(stack, 'keyturn-dev-deliver').filter(({ Sid }) => Sid === 'AttachToTheVpc')
    const action = 'ec2:CreateNetworkInterface'
    const byLambda = { action, resource: '*', context: {} }
    expect(allows(attach, byLambda)).toBe(true)
    expect(allows(attach, { ...byLambda, context: { 'lambda:SourceFunctionArn': 'arn:aws:lambda:…' } })).toBe(false)
  })
})

describe('alarms', () => {
  it('ring for 5xx, errors, throttles, unsettled changes, silence, failed sweeps and messages, and all tell one topic', () => {
    const alarms = resources(dev, 'aws_cloudwatch_metric_alarm')
    expect(alarms.map(({ alarm_name: name }) => String(name).replace('keyturn-dev-', ''))).toEqual(
      expect.arrayContaining([
        'api-5xx',
        ...functionNames.flatMap(name => [`${name}-errors`, `${name}-throttles`]),
        'oldest-unsettled',
        'endpoints-failing',
        'consumers-not-written',
        'backlog-left',
        'sweep-silent',
        'failed-sweeps',
        'deliveries-behind',
        'failed-messages',
      ]),
    )
    for (const alarm of alarms) expect(alarm.alarm_actions).toEqual([expect.stringContaining('aws_sns_topic')])
    expect(resources(dev, 'aws_sns_topic_subscription')).toEqual([])
    const told = synthesise({ ...minimal, alarmEmail: 'ops@example.com' })
    expect(resources(told, 'aws_sns_topic_subscription')).toMatchObject([
      { endpoint: 'ops@example.com', protocol: 'email' },
    ])
  })
})

describe('Terraform', () => {
  it('is held to the provider that was tried, with its checksums beside the stack', () => {
    expect(dev.terraform.required_providers).toEqual({ aws: { source: 'hashicorp/aws', version: '~> 5.100' } })
    const stack = new TerraformStack(new App({ outdir: join(folder, 'locked') }), 'locked')
    pinAwsProvider(stack)
    App.of(stack).synth()
    const lock = readFileSync(join(folder, 'locked/stacks/locked', lockFile), 'utf8')
    expect(lock).toContain('version     = "5.100.0"')
    expect(lock).toContain(`constraints = "${awsProvider.version}"`)
    // One of each zip, for all that the provider is released for, and one of its manifest.
    expect(lock.match(/"zh:[0-9a-f]{64}"/g)).toHaveLength(15)
  })

  it('leaves it to AWS which regions there are', () => {
    expect(dev.provider.aws[0]).toMatchObject({ skip_region_validation: true })
    // It fails for a region that the provider does not know.
    expect(dev.data).not.toHaveProperty('aws_region')
  })

  it('keeps its state in a file, or in S3 with a lock', () => {
    expect(dev.terraform).not.toHaveProperty('backend')
    const backend = { kind: 's3', bucket: 'my-state', region: 'eu-west-1' } as const
    expect(synthesise({ ...minimal, backend }).terraform.backend).toEqual({
      s3: {
        bucket: 'my-state',
        region: 'eu-west-1',
        key: 'keyturn/dev/eu-central-1.tfstate',
        encrypt: true,
        use_lockfile: true,
        skip_region_validation: true,
      },
    })
  })

  it('puts the tags on everything', () => {
    expect(synthesise({ ...minimal, tags: { team: 'platform' } }).provider.aws[0]).toMatchObject({
      default_tags: [{ tags: { team: 'platform', keyturn: 'dev' } }],
    })
  })

  it('has no secret among its resources and outputs', () => {
    const types = Object.keys(all.resource)
    expect(types.filter(type => /secret|password|ssm_parameter|random_|api_key|access_key/.test(type))).toEqual([])
    expect(Object.keys(dev.output).toSorted()).toEqual([
      'alarm_topic',
      'api_url',
      'dead_letter_queue_url',
      'deliver_function',
      'delivery_queue_url',
      'endpoints_function',
      'event_bus',
      'failed_message_queue_url',
      'mirror_key_id',
      'ring_key_id',
      'rotate_function',
      'sweep_function',
      'table_name',
    ])
  })
})
