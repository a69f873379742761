import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NewRegionDeps, warnOfNewRegion } from '../../../cli/new-region'
import { createTable } from '../../../local/aws-resources'
import { type AwsServer, startAwsServer } from '../../../local/aws-server/server'
import { dynamoDbClient } from '../../../src/aws/clients'
import { minimal } from '../infra/support/synthesise'

let aws: AwsServer
let deps: NewRegionDeps
let said: string[]

beforeEach(async () => {
  aws = await startAwsServer({ dataDir: null, port: 0 })
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' }
  const client = dynamoDbClient({ endpoint: aws.url, region: minimal.region, credentials })
  said = []
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-regions-'))
  deps = { table: { client, name: 'keyturn-dev' }, folder, say: line => said.push(line) }
})

afterEach(async () => {
  deps.table.client.destroy()
  rmSync(deps.folder, { recursive: true })
  await aws.close()
})

/** Terraform's state of a stack, as far as it is looked at. */
function writeState(stack: string, resources: readonly unknown[]): void {
  writeFileSync(join(deps.folder, `terraform.${stack}.tfstate`), JSON.stringify({ version: 4, resources }))
}

describe('a stage whose region was changed', () => {
  it('is said to be another deployment, and where the one before is', async () => {
    writeState('keyturn-dev.eu-west-1', [{ type: 'aws_kms_key' }])
    writeState('keyturn-dev.us-east-1', [])
    writeState('keyturn-dev-2.us-west-2', [{ type: 'aws_kms_key' }])
    await warnOfNewRegion(deps, minimal)
    expect(said).toEqual([
      'There is no stage dev in eu-central-1 yet: this makes one.',
      'That in eu-west-1 is another deployment: nothing of it is moved, changed or destroyed.',
    ])
  })

  it('is said to be another deployment where the state is kept elsewhere', async () => {
    await warnOfNewRegion(deps, minimal)
    expect(said[1]).toBe(
      'One of the same name in another region is another deployment: nothing of it is moved, changed or destroyed.',
    )
  })

  it('is told nothing once it is there', async () => {
    await createTable(deps.table)
    writeState('keyturn-dev.eu-west-1', [{ type: 'aws_kms_key' }])
    await warnOfNewRegion(deps, minimal)
    expect(said).toEqual([])
  })

  it('is deployed all the same where the table cannot be looked at', async () => {
    await aws.close()
    await warnOfNewRegion(deps, minimal)
    expect(said).toEqual([expect.stringMatching(/^Whether the table keyturn-dev is there could not be read \(.+\)\.$/)])
    aws = await startAwsServer({ dataDir: null, port: 0 })
  })
})
