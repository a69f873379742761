import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { functionNames } from '../../infra/function-name'
import { stageMirrors } from '../../src/aws/stage-mirrors'
import { allContracts } from '../../src/contracts/all'
import { gatewayRoutes } from '../../src/http/gateway-routes'
import { apiCaller } from '../support/api-caller'
import { leaks } from './support/canary'
import { deployedRoutes } from './support/deployed-api'
import { everythingWritten, openDeployment, type OpenDeployment } from './support/deployment'
import { acme } from './support/own-contract'
import { phase, phaseTable } from './support/phases'
import { mirrorWith, rotate } from './support/rotate'
import { keyState, startSetting, type Setting } from './support/setting'
import { createEndpoint, makeKeys, type ContractName, type Credentials } from './support/tenants'
import { canDeploy } from './support/tools'

const whereTerraformIs = canDeploy() ? describe : describe.skip
const stage = 'dev-proof'

whereTerraformIs('a stage that is deployed, used, changed and destroyed', () => {
  let setting: Setting
  let credentials: Credentials
  let open: OpenDeployment
  const revealed = new Map<ContractName, string[]>()

  /** What this machine can prove: a real function could not verify the sessions of this machine's sign-in. */
  const first = (): readonly ContractName[] =>
    setting.real
      ? ['thesignup', 'storno', 'featurebase', 'keyturn']
      : ['tumban', 'thesignup', 'storno', 'featurebase', 'keyturn']
  const mounted = (): readonly ContractName[] => [...first(), 'teambattles', 'acme']
  const routesOf = (names: readonly ContractName[]) =>
    gatewayRoutes(
      names.flatMap(name => {
        const contract = name === 'acme' ? acme : allContracts.find(each => each.name === name)
        return contract === undefined ? [] : [{ contract, basePath: name === 'acme' ? '/acme' : '' }]
      }),
    ).filter(route => functionNames.some(name => name === route.function))

  async function rotateEach(names: readonly ContractName[]): Promise<void> {
    for (const name of names) {
      const secret = await rotate(open.deployed, name)
      revealed.set(name, [secret, ...(revealed.get(name) ?? [])])
      await mirrorWith(open.deployed, name, secret)
    }
  }

  async function expectRoutes(names: readonly ContractName[]): Promise<void> {
    const expected = routesOf(names).map(route => ({
      routeKey: route.routeKey,
      function: `keyturn-${stage}-${route.function}`,
    }))
    const routes = await deployedRoutes(setting.access, `keyturn-${stage}`)
    expect(new Set(routes)).toEqual(new Set(expected))
  }

  beforeAll(async () => {
    setting = await phase('start', startSetting)
  })

  afterAll(async () => {
    await open?.stop()
    await setting?.stop()
    process.stderr.write(`\n${phaseTable()}\n`)
  })

  it('cdktf deploy applies it', async () => {
    setting.project.configure({ ...setting.config(stage), contracts: first().map(contract => ({ contract })) })
    await phase('deploy', () => setting.project.deploy())
    await expectRoutes(first())
  })

  it('every contract rotates through what was deployed', async () => {
    await phase('rotate', async () => {
      const { table_name: table = '' } = await setting.project.outputs(stage)
      credentials = await makeKeys(setting.access, table)
      open = await openDeployment(setting, stage, credentials)
      for (const name of first())
        revealed.set(name, [await createEndpoint(open.deployed.api, credentials.operator, name)])
      await rotateEach(first())
    })
  })

  it('a path and a method that no route has are refused by the deployed default route', async () => {
    const api = apiCaller(open.deployed.api)
    expect((await api.call('GET', '/nowhere')).status).toBe(404)
    expect((await api.call('PUT', '/v1/endpoints')).status).toBe(405)
  })

  it('a second plan changes nothing, but for what the emulator does not give back', async () => {
    const changes = await phase('plan', () => setting.project.plan(stage))
    const notGivenBack = ['endpoints', 'rotate', 'sweep'].map(name => ({
      address: expect.stringMatching(`^aws_lambda_function\\.keyturn_${name}_function_`),
      actions: ['update'],
      changed: ['logging_config'],
    }))
    expect(changes).toEqual(setting.real ? [] : notGivenBack)
  })

  it('one contract of Keyturn and one of our own more leave every key as it was', async () => {
    await open.stop()
    const contracts = mounted().map(name =>
      name === 'acme' ? { contract: acme, basePath: '/acme' } : { contract: name },
    )
    setting.project.configure({ ...setting.config(stage), contracts })
    await phase('deploy a changed configuration', () => setting.project.deploy())
    await expectRoutes(mounted())
    open = await openDeployment(setting, stage, credentials)
    for (const name of first()) await mirrorWith(open.deployed, name, revealed.get(name)?.[0] ?? '')
    for (const name of ['teambattles', 'acme'] as const)
      revealed.set(name, [await createEndpoint(open.deployed.api, credentials.operator, name)])
    await phase('rotate after the change', () => rotateEach(mounted()))
    const { keys } = await mirrorWith(open.deployed, 'keyturn', revealed.get('keyturn')?.[0] ?? '')
    expect(keys.map(({ secret }) => secret)).toEqual(revealed.get('keyturn'))
  })

  it('no signing secret and no API key is in the state, the plan, the outputs or a log', () => {
    const secrets = [...revealed.values()].flat()
    const all = [...secrets, ...Object.values(credentials.keys), credentials.operator, credentials.acmeKey]
    const written = everythingWritten(setting, stage)
    expect(Object.keys(written).length).toBeGreaterThan(4)
    expect(secrets.length).toBeGreaterThan(mounted().length)
    const planted = {
      'planted text': `"${all[0]}"`,
      'planted base64': Buffer.from(all.at(-1) ?? '').toString('base64'),
    }
    expect(leaks({ ...written, ...planted }, all)).toEqual(Object.keys(planted))
  })

  it('destroy leaves nothing', async () => {
    const { ring_key_id: ring = '', mirror_key_id: mirror = '' } = await setting.project.outputs(stage)
    const printed = await phase('destroy', () => setting.project.destroy())
    expect(printed).toContain('Nothing stays')
    expect(JSON.parse(setting.project.read(`terraform.keyturn-${stage}.tfstate`))).toMatchObject({ resources: [] })
    expect(await stageMirrors(open.deployed.secrets, stage)).toEqual([])
    expect([await keyState(setting, ring), await keyState(setting, mirror)]).toEqual([
      'PendingDeletion',
      'PendingDeletion',
    ])
    expect(await deployedRoutes(setting.access, `keyturn-${stage}`)).toEqual([])
  })
})
