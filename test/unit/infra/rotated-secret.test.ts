import { AwsProvider } from '@cdktf/provider-aws/lib/provider'
import { describe, expect, it } from '@jest/globals'
import { App, Lazy, TerraformStack, Testing, Token } from 'cdktf'
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { ConfigError, RotatedSecret, type RotatedSecretProps } from '../../../infra'
import { rotationHookVariables } from '../../../lambdas/environment'
import { storno } from '../../../src/contracts/storno'
import { oldstay } from '../contracts/made-up/oldstay'
import { folder, mountsOf, resources, type Synthesised } from './support/synthesise'
import type { Statement } from '../../../infra/iam-policy'

const credentialsSecretArn = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:storno/token-AbCdEf'
const props: RotatedSecretProps = {
  name: 'storno/webhook',
  contract: 'storno',
  baseUrl: 'https://api.storno.ro',
  endpointId: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
  tenantId: '550e8400-e29b-41d4-a716-446655440000',
  credentialsSecretArn,
  schedule: 'rate(30 days)',
}

const ownApi = { contract: 'keyturn', endpointId: 'ep_1', tenantId: 'org_1' }
const team = { contract: 'teambattles', endpointId: 'wh_1', tenantId: 'user:1' }

const github = {
  contract: 'github-repository',
  baseUrl: 'https://api.github.com',
  endpointId: '42',
  tenantId: 'octocat/hello-world',
}
const gitlab = { contract: 'gitlab-project', baseUrl: 'https://gitlab.com', endpointId: '7', tenantId: 'a/b/c' }

const withoutRotate = {
  ...storno,
  name: 'without-rotate',
  operations: storno.operations.filter(({ use }) => use !== 'rotate'),
}

let stacks = 0

function synth(changes: Partial<RotatedSecretProps> = {}): Synthesised {
  return synthOf({ ...props, ...changes })
}

function synthOf(given: RotatedSecretProps): Synthesised {
  const bundles = join(folder, 'hook')
  mkdirSync(join(bundles, 'rotation-hook'), { recursive: true })
  writeFileSync(join(bundles, 'rotation-hook/index.js'), 'exports.handler = async () => undefined\n')
  stacks += 1
  const stack = new TerraformStack(new App({ outdir: join(folder, `hook-${stacks}`) }), 'consumer')
  new AwsProvider(stack, 'aws', { region: 'eu-central-1' })
  new RotatedSecret(stack, 'rotated', { bundles, ...given })
  // The format of Terraform's JSON syntax.
  return JSON.parse(Testing.synth(stack)) as Synthesised
}

function only(stack: Synthesised, type: string) {
  const [found, ...others] = resources(stack, type)
  if (found === undefined || others.length > 0) throw new TypeError(`not one ${type}`)
  return found
}

function statementsOf(stack: Synthesised): readonly Statement[] {
  const { policy } = only(stack, 'aws_iam_role_policy')
  return (JSON.parse(String(policy)) as { readonly Statement: readonly Statement[] }).Statement
}

function variablesOf(stack: Synthesised): Readonly<Record<string, string>> {
  const { environment } = only(stack, 'aws_lambda_function')
  return (environment as { readonly variables: Readonly<Record<string, string>> }).variables
}

describe('RotatedSecret', () => {
  it('keeps its secret as long as it is told to, and as AWS does by default', () => {
    expect(only(synth(), 'aws_secretsmanager_secret')).not.toHaveProperty('recovery_window_in_days')
    for (const days of [0, 7, 30]) {
      const secret = only(synth({ recoveryWindowDays: days }), 'aws_secretsmanager_secret')
      expect(secret).toMatchObject({ recovery_window_in_days: days })
    }
  })

  it.each([1, 6, 31, 7.5, -1])('refuses %d days, as Secrets Manager would', recoveryWindowDays => {
    const refusal = 'recoveryWindowDays: must be a whole number from 7 to 30, or 0 for none'
    expect(() => synth({ recoveryWindowDays })).toThrow(refusal)
  })

  it('rotates on its schedule, and not at once unless it is told to', () => {
    const rotation = only(synth(), 'aws_secretsmanager_secret_rotation')
    expect(rotation).toMatchObject({
      rotate_immediately: false,
      rotation_rules: { schedule_expression: 'rate(30 days)' },
    })
    expect(only(synth({ rotateImmediately: true }), 'aws_secretsmanager_secret_rotation')).toMatchObject({
      rotate_immediately: true,
    })
  })

  it('lets Secrets Manager invoke the function for this secret alone', () => {
    const { principal, source_arn: source } = only(synth(), 'aws_lambda_permission')
    expect(principal).toBe('secretsmanager.amazonaws.com')
    expect(source).toMatch(/^\$\{aws_secretsmanager_secret\..*\.arn\}$/)
  })

  it('gives the function its own secret and the credential, and no other', () => {
    const statements = statementsOf(synth()).filter(({ Action }) =>
      Action.some(each => /^(?:secretsmanager|kms|ec2)/.test(each)),
    )
    expect(statements.map(({ Sid }) => Sid)).toEqual(['RotateTheSecret', 'ReadTheCredential'])
    expect(statements[0]?.Resource).toEqual([expect.stringMatching(/^\$\{aws_secretsmanager_secret\..*\.arn\}$/)])
    expect(statements[1]).toMatchObject({ Action: ['secretsmanager:GetSecretValue'], Resource: [credentialsSecretArn] })
  })

  it('adds keys and a VPC where they are named', () => {
    const vpc = { subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] }
    const stack = synth({ kmsKeyArn: 'arn:key-1', credentialsKmsKeyArn: 'arn:key-2', vpc })
    const sids = statementsOf(stack).map(({ Sid }) => Sid)
    expect(sids).toEqual(expect.arrayContaining(['UseTheKey', 'OpenTheCredential', 'AttachToTheVpc']))
    expect(only(stack, 'aws_secretsmanager_secret')).toMatchObject({ kms_key_id: 'arn:key-1' })
    const conditions = statementsOf(stack).filter(({ Sid }) => ['UseTheKey', 'OpenTheCredential'].includes(Sid))
    const service = /^secretsmanager\.\$\{[\w.]+\}\.(?:amazonaws\.com|\$\{[\w.]+\.dns_suffix\})$/
    const services = [expect.stringMatching(service), expect.stringMatching(service)]
    for (const { Condition } of conditions) expect(Condition?.['StringEquals']?.['kms:ViaService']).toEqual(services)
    const attach = statementsOf(stack).find(({ Sid }) => Sid === 'AttachToTheVpc')
    expect(attach?.Condition).toEqual({ Null: { 'lambda:SourceFunctionArn': 'true' } })
    expect(only(stack, 'aws_lambda_function')).toMatchObject({
      vpc_config: { subnet_ids: ['subnet-1'], security_group_ids: ['sg-1'] },
    })
  })

  it('makes its role as the account prescribes', () => {
    const roles = { path: '/webhooks/', permissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary' }
    expect(only(synth({ roles }), 'aws_iam_role')).toMatchObject({
      path: roles.path,
      permissions_boundary: roles.permissionsBoundary,
    })
  })

  it('calls what belongs to it after the secret, and its role after the region too', () => {
    const stack = synth({ name: 'storno-webhook' })
    expect(only(stack, 'aws_lambda_function').function_name).toBe('storno-webhook-rotation')
    expect(only(stack, 'aws_iam_role').name).toMatch(/^storno-webhook-rotation-\$\{data\.aws_service\.\w+\.region\}$/)
  })

  it.each(['a.b', 'a@b', 'a/b', 'A-B', 'x'.repeat(67), `${'x'.repeat(66)}y`])(
    'finds names that AWS takes for what belongs to the secret %s',
    name => {
      const stack = synth({ name })
      expect(only(stack, 'aws_secretsmanager_secret').name).toBe(name)
      const { function_name: functionName } = only(stack, 'aws_lambda_function')
      expect(functionName).toMatch(/^[a-zA-Z0-9_-]{1,43}$/)
      expect(String(only(stack, 'aws_iam_role').name).replace(/\$\{.*\}/, 'ap-southeast-1').length).toBeLessThan(65)
    },
  )

  it('tells secrets apart whose names differ only in what AWS does not take', () => {
    const names = ['a-b', 'a/b', 'a.b', 'A-B', 'x'.repeat(67), `${'x'.repeat(66)}y`]
    const functions = names.map(name => String(only(synth({ name }), 'aws_lambda_function').function_name))
    expect(new Set(functions.map(name => name.toLowerCase())).size).toBe(names.length)
  })

  it('takes a contract that only the hook uses, without what a server needs', () => {
    const endpointId = '497f6eca-6276-4993-bfeb-53cbbbba6f08'
    const stack = synth({ contract: oldstay, endpointId, tenantId: '' })
    expect(mountsOf(only(stack, 'aws_lambda_function'))).toEqual([{ contract: oldstay, basePath: '' }])
  })

  it('tells the function its contract and no other', () => {
    expect(mountsOf(only(synth(), 'aws_lambda_function'))).toEqual([{ contract: storno, basePath: '' }])
  })

  it('tells the function what the function understands', () => {
    const variables = variablesOf(synth({ ...ownApi, overlapSeconds: 60, lostReply: 'stop-and-alarm' }))
    expect(v.parse(rotationHookVariables, variables)).toMatchObject({
      CONTRACT: 'keyturn',
      OVERLAP_SECONDS: 60,
      LOST_REPLY: 'stop-and-alarm',
    })
    expect(v.parse(rotationHookVariables, variablesOf(synth())).TENANT_ID).toBe(props.tenantId)
  })

  it.each([github, gitlab])('refuses lostReply for $contract, where no reply loses a secret', given => {
    const refusal = `lostReply: must be left out: ${given.contract} makes no secret that could be lost`
    expect(() => synth({ ...given, lostReply: 'rotate-again' })).toThrow(refusal)
  })

  it.each([github, gitlab])('takes $contract, whose receivers choose the secret', given => {
    const variables = v.parse(rotationHookVariables, variablesOf(synth({ ...given, overlapSeconds: 0 })))
    expect(variables).toMatchObject({ TENANT_ID: given.tenantId, OVERLAP_SECONDS: 0 })
  })

  it('puts the first version under a label of its own, so that it never takes AWSCURRENT back', () => {
    expect(only(synth(), 'aws_secretsmanager_secret_version')).toMatchObject({
      version_stages: ['KEYTURN_FIRST'],
      lifecycle: { ignore_changes: ['version_stages', 'secret_string'] },
    })
  })

  it('rings when a step fails', () => {
    const names = resources(synth(), 'aws_cloudwatch_metric_alarm').map(alarm => alarm['metric_name'])
    expect(new Set(names)).toEqual(new Set(['Errors', 'Throttles']))
  })

  it.each<[Partial<RotatedSecretProps>, string]>([
    [{ contract: 'nobody' }, 'contract: there is no nobody; Keyturn has tumban, '],
    [{ contract: { ...storno, name: 'Storno' } }, 'contract: contract Storno: name must be lower-case'],
    [{ contract: withoutRotate }, 'contract: has no operation that rotates'],
    [
      { contract: { ...storno, name: 'slow', publishes: { signing: 'manual' } } },
      'contract: publishes its keys: the hook needs one whose new key signs at once',
    ],
    [{ baseUrl: 'http://api.storno.ro' }, 'baseUrl: must be an https URL; http only on 127.0.0.1'],
    [{ baseUrl: 'api.storno.ro' }, 'baseUrl: must be an https URL; http only on 127.0.0.1'],
    [{ endpointId: 'wh_1' }, 'endpointId: must be a UUID at storno'],
    [{ contract: 'tumban', endpointId: 'acme', tenantId: '' }, 'endpointId: must be "org" at tumban'],
    [{ contract: 'featurebase', endpointId: 'x' }, 'endpointId: must be 24 hex characters at featurebase'],
    [{ ...ownApi, endpointId: 'ep/1' }, 'endpointId: must be ep_ and 1 to 64 letters and digits at keyturn'],
    [{ tenantId: 'acme' }, 'tenantId: must be a UUID at storno'],
    [{ tenantId: '' }, 'tenantId: must be a UUID at storno'],
    [{ ...ownApi, tenantId: 'a/b' }, 'tenantId: must be 1 to 128 characters of A-Za-z0-9_.:- at keyturn'],
    [{ ...team, tenantId: 'org_1' }, 'tenantId: must be one of user:, game:, league: and an id, '],
    [{ overlapSeconds: 60 }, 'overlapSeconds: must be left out: storno ends the key before at once'],
    [{ ...team, overlapSeconds: 60 }, 'overlapSeconds: must be left out: teambattles keeps the key before for 86400 '],
    [{ ...ownApi, overlapSeconds: 604_801 }, 'overlapSeconds: must be a whole number from 0 to 604800 at keyturn'],
    [{ ...ownApi, overlapSeconds: 0.5 }, 'overlapSeconds: must be a whole number from 0 to 604800 at keyturn'],
    [{ ...github, tenantId: 'octocat' }, 'tenantId: must be 2 names of A-Za-z0-9_.-, joined by slashes'],
    [{ ...github, tenantId: 'octocat/..' }, 'tenantId: must be 2 names of A-Za-z0-9_.-, joined by slashes'],
    [{ ...gitlab, tenantId: 'a b' }, 'tenantId: must be 1 to 22 names of A-Za-z0-9_.-, joined by slashes'],
    [{ ...github, endpointId: 'web' }, 'endpointId: must be a number of 1 to 19 digits at github-repository'],
    [
      { ...github, overlapSeconds: 604_801 },
      'overlapSeconds: must be a whole number from 0 to 604800 at github-repository',
    ],
    [{ credentialsSecretArn: '' }, 'credentialsSecretArn: must not be empty'],
    [{ baseUrl: 'https://user:pass@api.storno.ro' }, 'baseUrl: must have no user, password, query or fragment'],
    [{ baseUrl: 'https://user@api.storno.ro' }, 'baseUrl: must have no user, password, query or fragment'],
    [{ baseUrl: 'https://api.storno.ro/?' }, 'baseUrl: must have no user, password, query or fragment'],
    [{ baseUrl: 'https://api.storno.ro/#v1' }, 'baseUrl: must have no user, password, query or fragment'],
    [{ name: '' }, 'name: must be 1 to 512 characters of A-Za-z0-9/_+=.@-'],
    [{ name: 'a b' }, 'name: must be 1 to 512 characters of A-Za-z0-9/_+=.@-'],
    [{ name: '${var.name}' }, 'name: must be 1 to 512 characters of A-Za-z0-9/_+=.@-, known before Terraform runs'],
    [{ logRetentionDays: 31 }, 'logRetentionDays: must be one of 1, 3, '],
    [{ alarmEmail: 'nobody' }, 'alarmEmail: must be an e-mail address'],
  ])('refuses %j by the name of the member, as the function would', (changes, message) => {
    expect(() => synth(changes)).toThrow(ConfigError)
    expect(() => synth(changes)).toThrow(message)
  })

  it.each([
    '30 days',
    'rate(30)',
    'rate(0 days)',
    'rate(3 hours)',
    'rate(1000 days)',
    'rate(30 minutes)',
    'cron(0 4 * * ? )',
    'cron(5 4 * * ? *)',
    'cron(0 4 * * ? 2027)',
    'cron(0 4 * * *)',
  ])('refuses the schedule %s, as Secrets Manager would', schedule => {
    expect(() => synth({ schedule })).toThrow('schedule: must be rate(<n> hours) from 4 hours, ')
  })

  it.each([
    'rate(1 day)',
    'rate(4 hours)',
    'rate(999 days)',
    'cron(0 4/12 * * ? *)',
    'cron(0 0 ? * SUN#1 *)',
    'cron(0 16 L * ? *)',
    'cron(0 8 1,15 JAN-JUN ? *)',
    '${var.schedule}',
  ])('takes the schedule %s', schedule => {
    expect(only(synth({ schedule }), 'aws_secretsmanager_secret_rotation')).toMatchObject({
      rotation_rules: { schedule_expression: schedule },
    })
  })

  it('names every member that is wrong', () => {
    const wrong = { baseUrl: 'http://api.storno.ro', endpointId: '1', tenantId: '2' }
    expect(() => synth(wrong)).toThrow(/^baseUrl: .*\nendpointId: .*\ntenantId: .*$/)
  })

  it('refuses a contract that needs a tenant and is told none', () => {
    const { tenantId: _left, ...others } = props
    expect(() => synthOf(others)).toThrow('tenantId: must be a UUID at storno')
    expect(variablesOf(synth({ ...ownApi, tenantId: '' }))['TENANT_ID']).toBe('')
  })

  it('takes the id of any contract for an endpoint of the own API', () => {
    expect(variablesOf(synth({ ...ownApi, endpointId: props.endpointId }))['ENDPOINT_ID']).toBe(props.endpointId)
  })

  it('takes values that Terraform will only know later', () => {
    const text = (name: string): string => Lazy.stringValue({ produce: () => `\${var.${name}}` })
    const changes = { baseUrl: `https://${text('host')}`, endpointId: text('endpoint'), tenantId: '${var.tenant}' }
    const overlapSeconds = Token.asNumber('${var.overlap}')
    const stack = synth({ ...changes, contract: 'keyturn', overlapSeconds, credentialsSecretArn: text('arn') })
    expect(variablesOf(stack)).toMatchObject({
      BASE_URL: 'https://${var.host}',
      ENDPOINT_ID: '${var.endpoint}',
      TENANT_ID: '${var.tenant}',
      OVERLAP_SECONDS: '${var.overlap}',
      CREDENTIALS_SECRET_ID: '${var.arn}',
    })
  })
})

describe('the example with GitHub’s and GitLab’s webhooks', () => {
  it('has a secret for each webhook of its lists, with the contract of its kind', async () => {
    const lists = {
      GITHUB_REPOSITORY_HOOKS: 'octocat/hello-world:42, octocat/spoon-knife:43',
      GITHUB_ORGANIZATION_HOOKS: 'acme:44',
      GITLAB_PROJECT_HOOKS: 'group/project:7',
      GITLAB_GROUP_HOOKS: 'group:8',
    }
    const stack = await synthExample('examples/consumer/forges.ts', 'forges', lists)
    const functions = resources(stack, 'aws_lambda_function').map(each => {
      const { variables } = Object((each['environment'] as readonly object[] | undefined)?.[0] ?? each['environment'])
      return `${variables.CONTRACT} ${variables.TENANT_ID} ${variables.ENDPOINT_ID}`
    })
    expect(functions.toSorted()).toEqual([
      'github-organization acme 44',
      'github-repository octocat/hello-world 42',
      'github-repository octocat/spoon-knife 43',
      'gitlab-group group 8',
      'gitlab-project group/project 7',
    ])
    expect(resources(stack, 'aws_secretsmanager_secret')).toHaveLength(7)
  })
})

/** The stack that an example writes, run in a folder of its own. */
async function synthExample(file: string, stack: string, more: Readonly<Record<string, string>>): Promise<Synthesised> {
  const cwd = mkdtempSync(join(tmpdir(), 'keyturn-example-'))
  const env = { ...process.env, ...more }
  try {
    await promisify(execFile)(process.execPath, ['--import', require.resolve('tsx'), resolve(file)], { cwd, env })
    return JSON.parse(readFileSync(join(cwd, `cdktf.out/stacks/${stack}/cdk.tf.json`), 'utf8')) as Synthesised
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

describe('the example of a consumer', () => {
  it('is a whole app, with the real bundle', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'keyturn-consumer-'))
    const main = resolve('examples/consumer/main.ts')
    const env = { ...process.env, STORNO_WEBHOOK: props.endpointId, STORNO_COMPANY: props.tenantId }
    try {
      await promisify(execFile)(process.execPath, ['--import', require.resolve('tsx'), main], { cwd, env })
      const written = readFileSync(join(cwd, 'cdktf.out/stacks/consumer/cdk.tf.json'), 'utf8')
      const stack = JSON.parse(written) as Synthesised
      expect(only(stack, 'aws_secretsmanager_secret_rotation')).toBeDefined()
      expect(stack.terraform.required_providers).toMatchObject({ aws: { version: '~> 5.100' } })
      expect(existsSync(join(cwd, 'cdktf.out/stacks/consumer/.terraform.lock.hcl'))).toBe(true)
      expect(readFileSync(join(cwd, '.build/rotation-hook/index.js')).length).toBeGreaterThan(50_000)
    } finally {
      rmSync(cwd, { recursive: true })
    }
  })
})
