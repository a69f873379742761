import { DescribeSecretCommand, ListSecretsCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { stageMirrors } from '../../cli/stored-stage'
import { lockFile } from '../../infra/aws-provider'
import { functionNames } from '../../infra/function-statements'
import { allContracts } from '../../src/contracts/all'
import { gatewayRoutes } from '../../src/contracts/gateway-routes'
import { mirrorName } from '../../src/rotation/mirror'
import { apiCaller, textAt } from '../support/api-caller'
import type { Synthesised } from '../unit/infra/support/synthesise'
import { mayCall } from '../unit/infra/support/synthesised-policies'
import { type DeployBed, kmsKeyState, startDeployBed } from './support/deploy-bed'
import { deliverOnce } from './support/deliver'
import { deployedRoutes } from './support/deployed-api'
import { type Deployment, openDeployment } from './support/deployment'
import { durations, timed } from './support/durations'
import { listedActions, neverAskedFor } from './support/listed-actions'
import { untouchedStack, withoutLeftOut } from './support/left-out'
import { everythingWritten, leaks } from './support/leaks'
import { iamCalls, type RecordedCall } from './support/recorded-calls'
import { mirrorWith, rotate } from './support/rotate'
import { acme, addressOf, type ApiKeys, type ContractName, createEndpoint, makeApiKeys } from './support/tenants'
import { canDeploy } from './support/tools'
import { wiringSuite } from './support/wiring-suite'

const whereTerraformIs = canDeploy() ? describe : describe.skip
const stage = 'dev-proof'

whereTerraformIs('a stage that is deployed, used, changed and destroyed', () => {
  let bed: DeployBed
  let apiKeys: ApiKeys
  let deployment: Deployment
  /** What each function had called before it was deployed again, by its deployed name. */
  const called: (readonly [string, readonly RecordedCall[]])[] = []
  const revealed = new Map<ContractName, string[]>()

  /** What is mounted first. A real function could not verify the sessions of this machine's sign-in. */
  const first = (): readonly ContractName[] =>
    bed.real
      ? ['thesignup', 'storno', 'featurebase', 'keyturn']
      : ['tumban', 'thesignup', 'storno', 'featurebase', 'keyturn']
  const mounted = (): readonly ContractName[] => [...first(), 'teambattles', 'acme']
  const routesOf = (names: readonly ContractName[]) =>
    gatewayRoutes(
      names.flatMap(name => {
        const contract = name === 'acme' ? acme : allContracts.find(each => each.name === name)
        return contract === undefined ? [] : [{ contract, basePath: name === 'acme' ? '/acme' : '' }]
      }),
      { portal: 'on' },
    ).filter(route => functionNames.some(name => name === route.function))

  async function rotateEach(names: readonly ContractName[]): Promise<void> {
    for (const name of names) {
      const secret = await rotate(deployment, name)
      revealed.set(name, [secret, ...(revealed.get(name) ?? [])])
      await mirrorWith(deployment, name, secret)
    }
  }

  async function expectRoutes(names: readonly ContractName[]): Promise<void> {
    const expected = routesOf(names).map(route => ({
      routeKey: route.routeKey,
      function: `keyturn-${stage}-${route.function}`,
    }))
    const routes = await deployedRoutes(bed.access, `keyturn-${stage}`)
    expect(new Set(routes)).toEqual(new Set(expected))
  }

  /** The sweep leaves a change to its request for 5 seconds. */
  async function sweepAfterGrace(): Promise<void> {
    await delay(6000)
    await deployment.sweep()
  }

  beforeAll(async () => {
    bed = await timed('start', startDeployBed)
  })

  afterAll(async () => {
    await deployment?.stop()
    await bed?.stop()
    process.stderr.write(`\n${durations()}\n`)
  })

  it('cdktf deploy applies it', async () => {
    bed.project.configure({ ...bed.config(stage), contracts: first().map(contract => ({ contract })) })
    await timed('deploy', () => bed.project.deploy())
    await expectRoutes(first())
  })

  it('takes the provider of the committed lock file, which knows it', () => {
    const lock = readFileSync(join(bed.project.stackFolder(stage), lockFile), 'utf8')
    expect(lock).toBe(readFileSync(join('infra', lockFile), 'utf8'))
  })

  it('leaves out what the emulator does not know, and nothing else', () => {
    if (bed.real) return
    const read = (file: string): Synthesised =>
      JSON.parse(readFileSync(join(bed.project.stackFolder(stage), file), 'utf8'))
    const untouched = read(untouchedStack)
    const { resource: deployed } = read('cdk.tf.json')
    expect(deployed).toEqual(withoutLeftOut(untouched.resource))
    expect(Object.keys(untouched.resource).filter(type => !(type in deployed))).toEqual([
      'aws_lambda_function_recursion_config',
    ])
    const [stageOfApi = {}] = Object.values(untouched.resource.aws_apigatewayv2_stage ?? {})
    const [deployedStage = {}] = Object.values(deployed.aws_apigatewayv2_stage ?? {})
    expect(Object.keys(stageOfApi).filter(name => !(name in deployedStage))).toEqual(['route_settings'])
    const keys = Object.values(untouched.resource.aws_kms_key ?? {})
    expect(keys).toMatchObject([{ multi_region: true }, { multi_region: true }])
    expect(Object.values(untouched.resource.aws_lambda_function_recursion_config ?? {})).toMatchObject([
      { recursive_loop: 'Allow' },
    ])
  })

  it('every contract rotates through what was deployed', async () => {
    await timed('rotate', async () => {
      const { table_name: table = '' } = await bed.project.outputs(stage)
      apiKeys = await makeApiKeys(bed.access, table)
      deployment = await openDeployment(bed, stage, apiKeys)
      for (const name of first()) revealed.set(name, [await createEndpoint(deployment, name)])
      await rotateEach(first())
    })
  })

  it('an event becomes a delivery, and no address that is not public is reached', async () => {
    const { table_name: table = '' } = await bed.project.outputs(stage)
    const attempts = await timed('deliver', () => deliverOnce(deployment, bed.access, table))
    expect(attempts).toMatchObject([{ eventType: 'proof.made', number: 1, status: null, error: 'refused-address' }])
  })

  it('a path and a method that no route has are refused by the deployed default route', async () => {
    const api = apiCaller(deployment.api)
    expect((await api.call('GET', '/nowhere')).status).toBe(404)
    expect((await api.call('PUT', '/v1/endpoints')).status).toBe(405)
  })

  it('the portal is there with its files, for itself and in the frames that the configuration names', async () => {
    const get = (path: string) => fetch(deployment.api + path)
    const [page, embed] = await Promise.all([get('/portal'), get('/portal/embed')])
    expect([page.status, embed.status]).toEqual([200, 200])
    expect(embed.headers.get('content-security-policy')).toMatch(/frame-ancestors https:\/\/app\.example\.com$/)
    const files = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file)
    for (const file of [...files, '/portal/mounts.json', '/openapi.json']) expect((await get(file)).status).toBe(200)
    const refused = await fetch(`${deployment.api}/portal`, { method: 'POST' })
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it('a second plan changes nothing, but for what the emulator does not give back', async () => {
    const changes = await timed('plan', () => bed.project.plan(stage))
    const functions = functionNames
      .toSorted((one, other) => (one < other ? -1 : 1))
      .map(name => ({
        address: expect.stringMatching(`^aws_lambda_function\\.keyturn_${name}_function_`),
        actions: ['update'],
        changed: ['logging_config'],
      }))
    // It comes back with other white space.
    const queue = {
      address: expect.stringMatching('_deliveries_queue_'),
      actions: ['update'],
      changed: ['redrive_policy'],
    }
    const notGivenBack = [...functions, queue]
    expect(changes).toEqual(bed.real ? [] : notGivenBack)
  })

  wiringSuite(() => bed.project.read('plan.json'), `keyturn-${stage}`)

  it('one contract of Keyturn and one of our own more leave every key as it was', async () => {
    called.push(...deployment.calls)
    await deployment.stop()
    const contracts = mounted().map(name =>
      name === 'acme' ? { contract: acme, basePath: '/acme' } : { contract: name },
    )
    bed.project.configure({ ...bed.config(stage), contracts })
    await timed('deploy a changed configuration', () => bed.project.deploy())
    await expectRoutes(mounted())
    deployment = await openDeployment(bed, stage, apiKeys)
    for (const name of first()) await mirrorWith(deployment, name, revealed.get(name)?.[0] ?? '')
    for (const name of ['teambattles', 'acme'] as const) revealed.set(name, [await createEndpoint(deployment, name)])
    await timed('rotate after the change', () => rotateEach(mounted()))
    const { keys } = await mirrorWith(deployment, 'keyturn', revealed.get('keyturn')?.[0] ?? '')
    expect(keys.map(({ secret }) => secret)).toEqual(revealed.get('keyturn'))
  })

  it('every operation of our own API works with the deployed functions', async () => {
    const api = apiCaller(deployment.api)
    const { tenantId, endpointId } = addressOf('acme')
    const as = { token: apiKeys.operator, headers: { 'keyturn-tenant': tenantId } }
    const at = `/v1/endpoints/${endpointId}`
    const status = async (method: string, path: string, body?: object) =>
      (await api.call(method, path, body === undefined ? as : { ...as, body })).status
    expect(await status('GET', '/v1/endpoints')).toBe(200)
    expect(await status('GET', at)).toBe(200)
    expect(await status('GET', `${at}/secret`)).toBe(200)
    expect(await status('GET', `${at}/rotations`)).toBe(200)
    expect(await status('POST', `${at}/secret/revoke-previous`)).toBe(200)
    expect(await status('PATCH', at, { consumers: ['210987654321'] })).toBe(200)
    await sweepAfterGrace()
    expect(await status('DELETE', at)).toBe(204)
    expect(await status('GET', at)).toBe(404)
    await sweepAfterGrace()
  })

  it('a platform makes, lists and ends API keys with the deployed functions', async () => {
    const api = apiCaller(deployment.api)
    const platform = { token: apiKeys.seeded['keyturn.platformApiKey'] ?? '' }
    const tenantIds = ['org_visitor']
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    const body = { name: 'proof', tenantIds, permissions: ['endpoints:read'], expiresAt }
    const made = await api.call('POST', '/v1/api-keys', { ...platform, body })
    const status = async (method: string, path: string, token = platform.token) =>
      (await api.call(method, path, { token })).status
    expect(made.status).toBe(201)
    expect(await status('GET', '/v1/endpoints', textAt(made, 'apiKey'))).toBe(200)
    expect(await status('GET', '/v1/api-keys?tenant=org_visitor')).toBe(200)
    expect(await status('DELETE', `/v1/api-keys/${textAt(made, 'id')}`)).toBe(204)
    expect(await status('DELETE', '/v1/tenants/org_visitor/credentials')).toBe(200)
  })

  it('a person comes in by a portal session, rotates, and is out, with the deployed functions', async () => {
    const { tenantId, endpointId } = addressOf('keyturn')
    const token = apiKeys.seeded['keyturn.platformApiKey'] ?? ''
    const headers = { 'keyturn-tenant': tenantId }
    const api = apiCaller(deployment.api)
    const scopes = ['read', 'rotate', 'test']
    const made = await api.call('POST', '/v1/portal-sessions', { token, headers, body: { subject: 'user-7', scopes } })
    expect(made.status).toBe(201)
    const { origin, hash } = new URL(textAt(made, 'url'))
    const exchanged = await fetch(`${deployment.api}/v1/portal-sessions/exchange`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: JSON.stringify({ code: hash.slice(1), nonce: 'n'.repeat(43) }),
    })
    expect(exchanged.status).toBe(200)
    const id = textAt(made, 'id')
    const [cookie = ''] = exchanged.headers.getSetCookie().map(each => each.split(';')[0])
    const ask = async (method: string, path: string) => {
      const given = { cookie, 'keyturn-portal-session': id }
      const reply = await fetch(deployment.api + path, {
        method,
        headers: given,
        body: method === 'POST' ? '{}' : null,
      })
      return { status: reply.status, text: await reply.text() }
    }
    expect(await ask('GET', '/v1/session')).toMatchObject({ status: 200, text: expect.stringContaining('user-7') })
    const rotated = await ask('POST', `/v1/endpoints/${endpointId}/secret/rotate`)
    expect(rotated.status).toBe(200)
    const secrets = revealed.get('keyturn') ?? []
    revealed.set('keyturn', [String(JSON.parse(rotated.text).signingSecret), ...secrets])
    expect((await ask('POST', `/v1/endpoints/${endpointId}/test`)).status).toBe(200)
    expect((await ask('DELETE', `/v1/portal-sessions/${id}`)).status).toBe(204)
    expect((await ask('GET', '/v1/session')).status).toBe(401)
    const ended = await api.call('DELETE', '/v1/portal-sessions?subject=user-7', { token, headers })
    expect(ended.status).toBe(204)
  })

  it('the deployed policies allow every call that the functions made', () => {
    // As CDKTF wrote it.
    const stack = JSON.parse(readFileSync(join(bed.project.stackFolder(stage), 'cdk.tf.json'), 'utf8')) as Synthesised
    const made = [...called, ...deployment.calls].flatMap(([name, calls]) =>
      calls.flatMap(iamCalls).map(call => ({ name, call })),
    )
    const denied = made.filter(({ name, call }) => !mayCall(stack, name, call))
    expect(denied).toEqual([])
    const kinds = new Set(made.map(({ name, call }) => `${name.slice(`keyturn-${stage}-`.length)} ${call.action}`))
    if (!bed.real) {
      expect([...kinds]).toEqual(
        expect.arrayContaining([
          'rotate kms:Encrypt',
          'rotate kms:Decrypt',
          'rotate secretsmanager:UpdateSecretVersionStage',
          'rotate events:PutEvents',
          'endpoints dynamodb:Query',
          'endpoints dynamodb:UpdateItem',
          'access dynamodb:PutItem',
          'access dynamodb:UpdateItem',
          'access dynamodb:BatchGetItem',
          'access events:PutEvents',
          'sweep dynamodb:Query',
          'sweep secretsmanager:PutResourcePolicy',
          'sweep secretsmanager:DeleteSecret',
        ]),
      )
    }
  })

  it('no signing secret and no API key is in the state, the plan, the outputs or a log', () => {
    const secrets = [...revealed.values()].flat()
    const all = [...secrets, ...Object.values(apiKeys.seeded), apiKeys.operator, apiKeys.acme]
    const written = everythingWritten(bed, stage)
    expect(Object.keys(written).length).toBeGreaterThan(4)
    expect(secrets.length).toBeGreaterThan(mounted().length)
    const planted = {
      'planted text': `"${all[0]}"`,
      'planted base64': Buffer.from(all.at(-1) ?? '').toString('base64'),
    }
    expect(leaks({ ...written, ...planted }, all)).toEqual(Object.keys(planted))
  })

  it('destroy leaves nothing', async () => {
    const { ring_key_id: ring = '', mirror_key_id: mirror = '' } = await bed.project.outputs(stage)
    const printed = await timed('destroy', () => bed.project.destroy())
    expect(printed).toContain('Nothing stays')
    expect(JSON.parse(bed.project.state(stage))).toMatchObject({ resources: [] })
    expect(await stageMirrors(deployment.secrets, stage)).toEqual([])
    expect([await kmsKeyState(bed, ring), await kmsKeyState(bed, mirror)]).toEqual([
      'PendingDeletion',
      'PendingDeletion',
    ])
    expect(await deployedRoutes(bed.access, `keyturn-${stage}`)).toEqual([])
  })

  it('is deployed again at once, under new keys, and no mirror of before is in its way', async () => {
    // In a real account nothing of the stage may stay.
    if (bed.real) return
    const left = await deployment.secrets.send(new ListSecretsCommand({ IncludePlannedDeletion: true }))
    const { tenantId, endpointId } = addressOf('acme')
    const deletedBefore = mirrorName(stage, tenantId, endpointId)
    expect(left.SecretList?.map(({ Name }) => Name)).toEqual([deletedBefore])
    await deployment.stop()
    await timed('deploy again', () => bed.project.deploy())
    const { table_name: table = '', mirror_key_id: mirrorKey = '' } = await bed.project.outputs(stage)
    apiKeys = await makeApiKeys(bed.access, table)
    deployment = await openDeployment(bed, stage, apiKeys)
    for (const name of ['keyturn', 'acme'] as const) {
      await mirrorWith(deployment, name, await createEndpoint(deployment, name))
      await mirrorWith(deployment, name, await rotate(deployment, name))
    }
    const { KmsKeyId } = await deployment.secrets.send(new DescribeSecretCommand({ SecretId: deletedBefore }))
    expect(KmsKeyId).toContain(mirrorKey)
  })

  it('asks for the permissions that the guide lists, and for no other', () => {
    if (bed.real) return
    const listed = listedActions('stage')
    expect([...bed.actions].filter(action => !listed.includes(action))).toEqual([])
    expect(listed.filter(action => !bed.actions.has(action) && !neverAskedFor('stage')(action))).toEqual([])
    expect([...bed.actions].filter(neverAskedFor('stage'))).toEqual([])
  })
})
