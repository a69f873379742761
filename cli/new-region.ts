import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, stackIdOf, tableNameOf } from '../config/config'
import { dynamoDbClient } from '../src/aws/clients'
import type { Table } from '../src/aws/table'
import { sayOnStderr } from './command'
import { storedTable } from './stored-stage'

// What a stage that is not in its region yet is told before the plan: a changed region is another deployment, and moves
// nothing.

export interface NewRegionDeps {
  readonly table: Table
  /** The project's, which has Terraform's state where that is a file. */
  readonly folder: string
  readonly say: (line: string) => void
}

export async function sayWhetherNew(config: Config): Promise<void> {
  const client = dynamoDbClient({ region: config.region })
  try {
    await warnOfNewRegion({ table: { client, name: tableNameOf(config) }, folder: '.', say: sayOnStderr }, config)
  } finally {
    client.destroy()
  }
}

/** Whoever deploys may lack the permission to look; then it says so, and goes on. */
export async function warnOfNewRegion(deps: NewRegionDeps, config: Config): Promise<void> {
  const { stage, region } = config
  const there = await isThere(deps)
  if (there !== false) return
  deps.say(`There is no stage ${stage} in ${region} yet: this makes one.`)
  const others = otherRegions(deps.folder, config)
  const named = others.length === 0 ? 'One of the same name in another region' : `That in ${others.join(' and ')}`
  deps.say(`${named} is another deployment: nothing of it is moved, changed or destroyed.`)
}

/** Null: it could not be read. */
async function isThere({ table, say }: NewRegionDeps): Promise<boolean | null> {
  try {
    return (await storedTable(table)) !== null
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown'
    say(`Whether the table ${table.name} is there could not be read (${name}).`)
    return null
  }
}

/** The other regions that the folder has a state with resources for. */
function otherRegions(folder: string, { stage, region }: Config): readonly string[] {
  const before = `terraform.${stackIdOf({ stage, region: '' })}`
  const after = '.tfstate'
  return readdirSync(folder)
    .filter(file => file.startsWith(before) && file.endsWith(after))
    .filter(file => hasResources(join(folder, file)))
    .map(file => file.slice(before.length, -after.length))
    .filter(other => other !== region)
}

function hasResources(file: string): boolean {
  // Terraform's state format.
  const { resources = [] } = JSON.parse(readFileSync(file, 'utf8')) as { readonly resources?: readonly unknown[] }
  return resources.length > 0
}
