import { AwsProvider } from '@cdktf/provider-aws/lib/provider'
import { App, TerraformOutput, TerraformStack } from 'cdktf'
import { ControlPlane } from 'keyturn/infra'
import { acmeworks } from './acmeworks'

// A platform's own CDKTF app: Keyturn is one construct in its stack, with a contract of the platform's own.

const app = new App()
const stack = new TerraformStack(app, 'platform')
new AwsProvider(stack, 'aws', { region: 'eu-central-1' })

const keyturn = new ControlPlane(stack, 'keyturn', {
  stage: 'prod',
  contracts: [{ contract: 'keyturn' }, { contract: acmeworks, basePath: '/acmeworks' }],
  mirror: 'on',
  alarmEmail: 'oncall@platform.example',
})

new TerraformOutput(stack, 'webhook_secrets_api', { value: keyturn.url })
app.synth()
