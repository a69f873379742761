import { DeleteSecretCommand, ListSecretsCommand } from '@aws-sdk/client-secrets-manager'
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'

const recoveryDays = 7

/** Names of the stage's mirrors, but for those scheduled for deletion. */
export async function stageMirrors(client: SecretsManagerClient, stage: string): Promise<readonly string[]> {
  const prefix = `keyturn/${stage}/`
  const names: string[] = []
  let NextToken: string | undefined
  do {
    const page = await client.send(new ListSecretsCommand({ Filters: [{ Key: 'name', Values: [prefix] }], NextToken }))
    names.push(...(page.SecretList ?? []).flatMap(({ Name = '' }) => (Name.startsWith(prefix) ? [Name] : [])))
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  return names
}

/** Schedules a mirror's deletion, 7 days ahead. */
export async function scheduleMirrorDeletion(client: SecretsManagerClient, name: string): Promise<void> {
  await client.send(new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: recoveryDays }))
}
