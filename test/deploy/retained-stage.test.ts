import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { stageMirrors } from '../../cli/stored-stage'
import { deployedRoutes } from './support/deployed-api'
import { openDeployment, type OpenDeployment } from './support/deployment'
import { phase, phaseTable } from './support/phases'
import { mirrorWith, rotate } from './support/rotate'
import { keyState, type Setting, startSetting } from './support/setting'
import { createEndpoint, type Credentials, makeKeys } from './support/tenants'
import { canDeploy } from './support/tools'

// It leaves a table and two keys behind, which is the point: so only where the account is made for it.
const whereNothingIsLeft = canDeploy() && process.env.KEYTURN_DEPLOY_REGION === undefined ? describe : describe.skip
const stage = 'proof'
const contracts = [{ contract: 'keyturn' }]

whereNothingIsLeft('a stage that keeps its data', () => {
  let setting: Setting
  let credentials: Credentials
  let open: OpenDeployment
  let secret: string
  let printed: string

  beforeAll(async () => {
    setting = await phase('start', startSetting)
  })

  afterAll(async () => {
    await open?.stop()
    await setting?.stop()
    process.stderr.write(`\n${phaseTable()}\n`)
  })

  it('is deployed and used', async () => {
    setting.project.configure({ ...setting.config(stage), contracts })
    await phase('deploy', () => setting.project.deploy())
    const { table_name: table = '' } = await setting.project.outputs(stage)
    credentials = await makeKeys(setting.access, table)
    open = await openDeployment(setting, stage, credentials)
    await createEndpoint(open.deployed.api, credentials.operator, 'keyturn')
    secret = await rotate(open.deployed, 'keyturn')
    await mirrorWith(open.deployed, 'keyturn', secret)
  })

  it('cannot be destroyed by Terraform itself', async () => {
    await expect(setting.project.terraform(stage, 'plan', '-destroy', '-no-color')).rejects.toThrow(/prevent_destroy/)
  })

  it('is taken down to table, keys and mirrors, which are named with their costs', async () => {
    const { ring_key_id: ring = '', mirror_key_id: mirror = '' } = await setting.project.outputs(stage)
    printed = await phase('destroy', () => setting.project.destroy())
    expect(JSON.parse(setting.project.read(`terraform.keyturn-${stage}.tfstate`))).toMatchObject({ resources: [] })
    expect([await keyState(setting, ring), await keyState(setting, mirror)]).toEqual(['Enabled', 'Enabled'])
    expect(await stageMirrors(open.deployed.secrets, stage)).toHaveLength(1)
    expect(await deployedRoutes(setting.access, `keyturn-${stage}`)).toEqual([])
    expect(printed).toContain(`table keyturn-${stage}: `)
    expect(printed).toContain('mirrors in Secrets Manager: 1, $0.40')
    expect(printed).toContain(`adopt: { table: true, ringKey: '${ring}', mirrorKey: '${mirror}' }`)
  })

  it('is deployed again over what stayed, and every key works as before', async () => {
    await open.stop()
    const [, ringKey = '', mirrorKey = ''] = /ringKey: '(.+)', mirrorKey: '(.+)'/.exec(printed) ?? []
    setting.project.configure({ ...setting.config(stage), contracts, adopt: { table: true, ringKey, mirrorKey } })
    await phase('deploy over it', () => setting.project.deploy())
    open = await openDeployment(setting, stage, credentials)
    await mirrorWith(open.deployed, 'keyturn', secret)
    const next = await rotate(open.deployed, 'keyturn')
    const { keys } = await mirrorWith(open.deployed, 'keyturn', next)
    expect(keys.slice(0, 2).map(key => key.secret)).toEqual([next, secret])
  })
})
