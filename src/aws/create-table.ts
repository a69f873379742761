import { CreateTableCommand, ResourceInUseException } from '@aws-sdk/client-dynamodb'
import type { Table } from './table'
import { tableDefinition } from './table-definition'

/** Makes the table; one that is there already stays as it is. For the local run and tests: a deployment has its own. */
export async function createTable({ client, name }: Table): Promise<void> {
  try {
    await client.send(new CreateTableCommand(tableDefinition(name)))
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
}
