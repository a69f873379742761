import { AwsProvider } from '@cdktf/provider-aws/lib/provider'
import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret'
import { App, TerraformOutput, TerraformStack } from 'cdktf'
import { pinAwsProvider, RotatedSecret } from '../../infra'
import { buildFunctions, consumerFunctionSources } from '../../scripts/bundle'

// The secret of a Storno webhook, which Secrets Manager rotates every 30 days. README.md says how it is deployed.

const bundles = '.build'
const region = process.env.AWS_REGION ?? 'eu-central-1'

async function main(): Promise<void> {
  await buildFunctions(bundles, consumerFunctionSources)
  const app = new App()
  const stack = new TerraformStack(app, 'consumer')
  new AwsProvider(stack, 'aws', { region })
  pinAwsProvider(stack)
  const token = new SecretsmanagerSecret(stack, 'token', { name: 'storno/token' })
  const { secret } = new RotatedSecret(stack, 'storno', {
    name: 'storno/webhook',
    contract: 'storno',
    baseUrl: process.env.STORNO_URL ?? 'https://api.storno.ro',
    endpointId: required('STORNO_WEBHOOK'),
    tenantId: required('STORNO_COMPANY'),
    credentialsSecretArn: token.arn,
    schedule: 'rate(30 days)',
    bundles,
  })
  new TerraformOutput(stack, 'webhook_secret_arn', { value: secret.arn, staticId: true })
  app.synth()
}

function required(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`${name} must be set`)
  return value
}

void main()
