import { AwsProvider } from '@cdktf/provider-aws/lib/provider'
import { App, TerraformOutput, TerraformStack } from 'cdktf'
import { ControlPlane, pinAwsProvider } from 'keyturn/infra'
import config from './control-plane'

// A platform's own CDKTF app. Keyturn is one construct in its stack, and takes a contract of the platform's own.

const app = new App()
const stack = new TerraformStack(app, 'platform')
new AwsProvider(stack, 'aws', { region: 'eu-central-1' })
pinAwsProvider(stack)

const keyturn = new ControlPlane(stack, 'keyturn', config)

new TerraformOutput(stack, 'webhook_secrets_api', { value: keyturn.url })
app.synth()
