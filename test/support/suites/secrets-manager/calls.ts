import * as sdk from '@aws-sdk/client-secrets-manager'

export type Client = Pick<sdk.SecretsManagerClient, 'send'>

/** Every operation as a function of its input. */
export type Calls = ReturnType<typeof callsOf>

export function callsOf(client: Client) {
  return {
    create: (input: sdk.CreateSecretCommandInput) => client.send(new sdk.CreateSecretCommand(input)),
    put: (input: sdk.PutSecretValueCommandInput) => client.send(new sdk.PutSecretValueCommand(input)),
    get: (input: sdk.GetSecretValueCommandInput) => client.send(new sdk.GetSecretValueCommand(input)),
    describe: (SecretId: string) => client.send(new sdk.DescribeSecretCommand({ SecretId })),
    list: (input: sdk.ListSecretsCommandInput) => client.send(new sdk.ListSecretsCommand(input)),
    versions: (input: sdk.ListSecretVersionIdsCommandInput) => client.send(new sdk.ListSecretVersionIdsCommand(input)),
    move: (input: sdk.UpdateSecretVersionStageCommandInput) =>
      client.send(new sdk.UpdateSecretVersionStageCommand(input)),
    update: (input: sdk.UpdateSecretCommandInput) => client.send(new sdk.UpdateSecretCommand(input)),
    remove: (input: sdk.DeleteSecretCommandInput) => client.send(new sdk.DeleteSecretCommand(input)),
    restore: (SecretId: string) => client.send(new sdk.RestoreSecretCommand({ SecretId })),
    rotate: (input: sdk.RotateSecretCommandInput) => client.send(new sdk.RotateSecretCommand(input)),
    tag: (input: sdk.TagResourceCommandInput) => client.send(new sdk.TagResourceCommand(input)),
    untag: (input: sdk.UntagResourceCommandInput) => client.send(new sdk.UntagResourceCommand(input)),
    policy: (SecretId: string) => client.send(new sdk.GetResourcePolicyCommand({ SecretId })),
    putPolicy: (input: sdk.PutResourcePolicyCommandInput) => client.send(new sdk.PutResourcePolicyCommand(input)),
    deletePolicy: (SecretId: string) => client.send(new sdk.DeleteResourcePolicyCommand({ SecretId })),
  }
}

/** The name of the error that a call ends with; `none` where it succeeds. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'none'
  } catch (error) {
    return error instanceof Error ? error.name : String(error)
  }
}

/** The nth `ClientRequestToken`: 32 characters. */
export function token(nth: number): string {
  return `token-${String(nth).padStart(26, '0')}`
}
