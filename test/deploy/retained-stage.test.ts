import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { stageMirrors } from '../../cli/stored-stage'
import { type DeployBed, kmsKeyState, startDeployBed } from './support/deploy-bed'
import { deployedRoutes } from './support/deployed-api'
import { type Deployment, openDeployment } from './support/deployment'
import { durations, timed } from './support/durations'
import { mirrorWith, rotate } from './support/rotate'
import { type ApiKeys, createEndpoint, makeApiKeys } from './support/tenants'
import { canDeploy } from './support/tools'

// It leaves a table and two KMS keys behind, which is the point: so it never runs in a real account.
const whereNothingIsLeft = canDeploy() && process.env.KEYTURN_DEPLOY_REGION === undefined ? describe : describe.skip
const stage = 'proof'
const contracts = [{ contract: 'keyturn' }]

whereNothingIsLeft('a stage that keeps its data', () => {
  let bed: DeployBed
  let apiKeys: ApiKeys
  let deployment: Deployment
  let secret: string
  let printed: string

  beforeAll(async () => {
    bed = await timed('start', startDeployBed)
  })

  afterAll(async () => {
    await deployment?.stop()
    await bed?.stop()
    process.stderr.write(`\n${durations()}\n`)
  })

  it('is deployed and used', async () => {
    bed.project.configure({ ...bed.config(stage), contracts })
    await timed('deploy', () => bed.project.deploy())
    const { table_name: table = '' } = await bed.project.outputs(stage)
    apiKeys = await makeApiKeys(bed.access, table)
    deployment = await openDeployment(bed, stage, apiKeys)
    await createEndpoint(deployment, 'keyturn')
    secret = await rotate(deployment, 'keyturn')
    await mirrorWith(deployment, 'keyturn', secret)
  })

  it('cannot be destroyed by Terraform itself', async () => {
    await expect(bed.project.terraform(stage, 'plan', '-destroy', '-no-color')).rejects.toThrow(/prevent_destroy/)
  })

  it('is taken down to table, KMS keys and mirrors, which are named with their costs', async () => {
    const { ring_key_id: ring = '', mirror_key_id: mirror = '' } = await bed.project.outputs(stage)
    printed = await timed('destroy', () => bed.project.destroy())
    expect(JSON.parse(bed.project.state(stage))).toMatchObject({ resources: [] })
    expect([await kmsKeyState(bed, ring), await kmsKeyState(bed, mirror)]).toEqual(['Enabled', 'Enabled'])
    expect(await stageMirrors(deployment.secrets, stage)).toHaveLength(1)
    expect(await deployedRoutes(bed.access, `keyturn-${stage}`)).toEqual([])
    expect(printed).toContain(`table keyturn-${stage}: `)
    expect(printed).toContain('mirrors in Secrets Manager: 1, $0.40')
    expect(printed).toContain(`adopt: { table: true, ringKey: '${ring}', mirrorKey: '${mirror}' }`)
  })

  it('is deployed again over what stayed, and every key works as before', async () => {
    await deployment.stop()
    const [, ringKey = '', mirrorKey = ''] = /ringKey: '(.+)', mirrorKey: '(.+)'/.exec(printed) ?? []
    bed.project.configure({ ...bed.config(stage), contracts, adopt: { table: true, ringKey, mirrorKey } })
    await timed('deploy over it', () => bed.project.deploy())
    deployment = await openDeployment(bed, stage, apiKeys)
    await mirrorWith(deployment, 'keyturn', secret)
    const next = await rotate(deployment, 'keyturn')
    const { keys } = await mirrorWith(deployment, 'keyturn', next)
    expect(keys.slice(0, 2).map(key => key.secret)).toEqual([next, secret])
  })
})
