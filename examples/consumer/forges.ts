import { AwsProvider } from '@cdktf/provider-aws/lib/provider'
import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret'
import { App, TerraformStack } from 'cdktf'
import { pinAwsProvider, RotatedSecret } from '../../infra'
import { buildFunctions, consumerFunctionSources } from '../../scripts/bundle'
import { type Hook, hooksIn } from './hooks'

// The secrets of any number of GitHub's and GitLab's webhooks, which Secrets Manager rotates every 30 days. Each has a
// secret of its own; one token a vendor is enough. README.md says how they are deployed.

const bundles = '.build'
const region = process.env.AWS_REGION ?? 'eu-central-1'

/** The webhooks of one contract. */
interface Forge {
  readonly contract: string
  readonly vendor: 'github' | 'gitlab'
  readonly hooks: readonly Hook[]
}

const forges: readonly Forge[] = [
  { contract: 'github-repository', vendor: 'github', hooks: hooksIn(process.env.GITHUB_REPOSITORY_HOOKS) },
  { contract: 'github-organization', vendor: 'github', hooks: hooksIn(process.env.GITHUB_ORGANIZATION_HOOKS) },
  { contract: 'gitlab-project', vendor: 'gitlab', hooks: hooksIn(process.env.GITLAB_PROJECT_HOOKS) },
  { contract: 'gitlab-group', vendor: 'gitlab', hooks: hooksIn(process.env.GITLAB_GROUP_HOOKS) },
]

const baseUrls = {
  github: process.env.GITHUB_URL ?? 'https://api.github.com',
  gitlab: process.env.GITLAB_URL ?? 'https://gitlab.com',
}

async function main(): Promise<void> {
  await buildFunctions(bundles, consumerFunctionSources)
  const app = new App()
  const stack = new TerraformStack(app, 'forges')
  new AwsProvider(stack, 'aws', { region })
  pinAwsProvider(stack)
  const tokens = {
    github: new SecretsmanagerSecret(stack, 'github-token', { name: 'github/token' }),
    gitlab: new SecretsmanagerSecret(stack, 'gitlab-token', { name: 'gitlab/token' }),
  }
  for (const { contract, vendor, hooks } of forges) {
    for (const { owner, id } of hooks) {
      new RotatedSecret(stack, `${contract} ${owner} ${id}`.replaceAll(/[^A-Za-z0-9-]/g, '-'), {
        name: `${vendor}/${owner}/${id}`,
        contract,
        baseUrl: baseUrls[vendor],
        endpointId: id,
        tenantId: owner,
        credentialsSecretArn: tokens[vendor].arn,
        schedule: 'rate(30 days)',
        // After a leak: `overlapSeconds: 0`, so that the secret before is refused at once.
        bundles,
      })
    }
  }
  app.synth()
}

void main()
