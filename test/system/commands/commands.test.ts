import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { CreateQueueCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createTable } from '../../../local/aws-resources'
import { dynamoDbClient, sqsClient } from '../../../src/aws/clients'
import { startLocalRun, type TestLocalRun } from '../../support/local-run'
import { platformKey } from '../../support/platform-key'
import { findOperation } from './aws-command'
import { mentionedCommands, type ShellBlock, shellBlocks } from './documented'

// Every command of README, docs and examples is run here, or by the test that is named here.

const root = resolve(__dirname, '../../..')

interface Proof {
  readonly command: RegExp
  /** The file that runs it, and a text by which it is seen to. */
  readonly by: readonly [file: string, says: string]
}

/** What needs an account, the network, or the time of a whole suite. */
const provedElsewhere: readonly Proof[] = [
  { command: /^npm ci$/, by: ['.ci/run', 'npm ci'] },
  { command: /^npm start$/, by: ['test/support/local-run.ts', '`npm start -- <args>`'] },
  { command: /^npm ci && npm start$/, by: ['.ci/run', 'npm ci'] },
  { command: /^npm test$/, by: ['.ci/run', 'suite npm test'] },
  { command: /^npm run deploy$/, by: ['test/deploy/control-plane.test.ts', 'bed.project.deploy()'] },
  { command: /^npx jest test\/|^SUITE=\w+ npx jest test\//, by: ['.ci/run', 'suite npm'] },
  {
    command: /^terraform .* state rm /,
    by: ['test/unit/infra/control-plane.test.ts', 'aws_dynamodb_table.keyturn_prod_table'],
  },
  { command: /^npm run keyturn -- module$/, by: ['test/deploy/module.test.ts', "'module', '--out'"] },
  {
    command: /^cd terraform && terraform init && terraform apply$/,
    by: ['test/deploy/module.test.ts', "terraform(region, 'apply'"],
  },
  { command: /npx keyturn exam http/, by: ['test/unit/cli/exam/docs.test.ts', 'docs/exam.md'] },
  { command: /^npx keyturn explain /, by: ['test/unit/cli/explain-guide.test.ts', 'npx keyturn explain prints'] },
  { command: /^npm install keyturn /, by: ['test/support/packed.ts', "execFileSync('npm', ['install'"] },
  {
    command: /^pip install | python receiver\.py$/,
    by: ['test/system/receivers.test.ts', 'receiver-python/receiver.py'],
  },
  { command: /^npm install \S*keyturn-\S+\.tgz$/, by: ['test/support/packed.ts', "execFileSync('npm', ['install'"] },
  { command: /^npm pack$/, by: ['test/support/packed.ts', "execFileSync('npm', ['pack'"] },
  { command: /^npm install jose$/, by: ['.ci/run', 'npm ci'] },
  {
    command: /node issuer\.mjs |\$session"$/,
    by: ['test/system/followed-config.test.ts', 'session-issuer/issuer.mjs'],
  },
  { command: /^go mod tidy$| go run \.$/, by: ['test/system/receivers.test.ts', "spawnSync('go', ['build'"] },
  {
    command: /npx cdktf-cli@0\.21 deploy --app 'npx tsx forges\.ts'$/,
    by: ['test/unit/infra/rotated-secret.test.ts', 'examples/consumer/forges.ts'],
  },
  { command: /^npx cdktf-cli@0\.21 deploy$/, by: ['test/deploy/rotated-secret.test.ts', 'examples/consumer/main.ts'] },
]

function proofOf(command: string): Proof | undefined {
  return provedElsewhere.find(proof => proof.command.test(command))
}

/**
 * Their blocks build on each other: `test/deploy/add-a-contract.test.ts` and `test/system/api-docs.test.ts` follow each page
 * as a whole.
 */
const followed = ['docs/add-a-contract.md', 'docs/api.md']

const blocks = shellBlocks().filter(({ file }) => !followed.includes(file))
const run = blocks
  .map(block => ({ ...block, commands: block.commands.filter(command => proofOf(command) === undefined) }))
  .filter(({ commands }) => commands.length > 0)

let folder: string
let local: TestLocalRun
let variables: Readonly<Record<string, string>>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-commands-'))
  for (const name of ['package.json', 'tsconfig.json', 'node_modules', 'cli', 'local', 'src', 'config', 'scripts'])
    symlinkSync(join(root, name), join(folder, name))
  for (const name of ['acmeworks.ts', 'control-plane.ts'])
    symlinkSync(join(root, 'examples/platform', name), join(folder, name))
  local = await startLocalRun({ dataDir: join(folder, '.keyturn') })
  variables = await deployedStage()
})

afterAll(async () => {
  await local.stop()
  rmSync(folder, { recursive: true })
})

/** What these are here, whatever is installed: for a shell a function comes before every program. */
const functions = [
  'curl() { command curl --silent --show-error --fail-with-body "$@"; }',
  `aws() { node --import tsx "${root}/test/system/commands/aws-command.ts" "$@"; }`,
  `npx() { shift; node --import tsx "${root}/cli/keyturn.ts" "$@"; }`,
]

/** What a deployment has, at the local run's AWS: tables and queues, and how they are told to the commands. */
async function deployedStage(): Promise<Readonly<Record<string, string>>> {
  const { api, aws, accessKeyId, secretAccessKey, contracts } = local.local
  const region = 'eu-central-1'
  const options = { endpoint: aws, region, credentials: { accessKeyId, secretAccessKey } }
  const [dynamoDb, sqs] = [dynamoDbClient(options), sqsClient(options)]
  for (const name of ['keyturn-dev', 'keyturn-prod']) await createTable({ client: dynamoDb, name })
  const queue = async (name: string): Promise<string> =>
    (await sqs.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl ?? ''
  const queues = {
    delivery_queue_url: await queue('deliveries'),
    dead_letter_queue_url: await queue('dead-letters'),
    failed_message_queue_url: await queue('failed-messages'),
  }
  dynamoDb.destroy()
  sqs.destroy()
  const secrets = new SecretsManagerClient(options)
  for (const Name of ['storno/token', 'github/token', 'github/octocat/hello-world/42'])
    await secrets.send(new CreateSecretCommand({ Name }))
  secrets.destroy()
  const { apiKey: key, endpointId: id, tenantId: tenant, platformApiKey: platform_key } = contracts.keyturn
  const keys = await fetch(`${api}/v1/api-keys`, { headers: { authorization: `Bearer ${platform_key}` } })
  // The key that the local run made its endpoints with, and ended.
  const ended = Object(await keys.json()).data.find(({ state }: { state: string }) => state === 'revoked')
  const credentials = { AWS_ENDPOINT_URL: aws, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  return {
    ...queues,
    ...credentials,
    AWS_REGION: region,
    api_url: api,
    tenant,
    key,
    KEY: key,
    id,
    platform_key,
    api_key_id: ended.id,
    token: 'x',
    secret: 'y',
  }
}

/** What a reader has at hand for an import. */
async function importVariables(): Promise<Readonly<Record<string, string>>> {
  const company = randomUUID()
  return {
    company,
    key: await platformKey(local.local, [company]),
    id: randomUUID(),
    url: 'https://receiver.example/hook',
    secret: `whsec_${'ab'.repeat(32)}`,
  }
}

/** The block as it stands, but for the addresses of this local run, and of the endpoint that it has. */
function scriptOf({ commands }: ShellBlock): string {
  const { api, aws } = local.local
  return ['set -eu', ...functions, ...commands]
    .join('\n')
    .replaceAll('http://127.0.0.1:4700', api)
    .replaceAll('http://127.0.0.1:4701', aws)
    .replaceAll('https://keyturn.example', api)
    .replaceAll('/endpoints/ep_1', '/endpoints/$id')
}

interface Ended {
  readonly exitCode: number
  readonly output: string
}

function bash(script: string, more: Readonly<Record<string, string>>): Promise<Ended> {
  const env = {
    ...process.env,
    ...variables,
    ...more,
    KEYTURN_CONFIG: 'control-plane.ts',
  }
  return new Promise(ended => {
    execFile('bash', ['-c', script], { cwd: folder, env }, (error, stdout, stderr) =>
      ended({ exitCode: error === null ? 0 : 1, output: `${stdout}${stderr}` }),
    )
  })
}

describe('the commands of README, docs and examples', () => {
  it.each(run.map(block => [`${block.file}:${block.line}`, block] as const))(
    'run as they stand: %s',
    async (_, block) => {
      const isImport = block.commands.some(each => each.includes('import-$id'))
      const { exitCode, output } = await bash(scriptOf(block), isImport ? await importVariables() : {})
      if (exitCode !== 0) throw new Error(output)
      expect(output).not.toBe('')
    },
  )

  it('are run here, or by a test that there is', () => {
    expect(run.length).toBeGreaterThan(8)
    const elsewhere = blocks.flatMap(({ commands }) => commands.flatMap(each => proofOf(each) ?? []))
    for (const { by } of elsewhere) expect(readFileSync(join(root, by[0]), 'utf8')).toContain(by[1])
    expect(provedElsewhere.filter(proof => !elsewhere.includes(proof))).toEqual([])
  })

  it('name test files that there are', () => {
    const paths = blocks.flatMap(({ commands }) => commands.flatMap(each => /\bjest (test\/\S+)/.exec(each)?.[1] ?? []))
    expect(paths.filter(path => !existsSync(join(root, path)))).toEqual([])
    expect(paths.length).toBeGreaterThan(2)
  })

  it('exist where they are only mentioned', async () => {
    const unknown: string[] = []
    const mentioned = mentionedCommands()
    for (const { file, command: text } of mentioned) if (!(await exists(text))) unknown.push(`${file}: ${text}`)
    expect(unknown).toEqual([])
    expect(mentioned.length).toBeGreaterThan(30)
  })
})

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
const packages = ['jest', 'keyturn', 'cdktf-cli@0.21']

/** Whether there is such a command; `<command> …` names any of its kind. */
async function exists(text: string): Promise<boolean> {
  const [program, first = '', second = ''] = text.split(/\s+/)
  if (first === '…') return true
  if (program === 'npm' && first === 'run') return second === '…' || second in scripts
  if (program === 'npm') return first in scripts || ['ci', 'install', 'pack'].includes(first)
  if (program === 'npx' && first === 'tsx') return existsSync(join(root, second))
  if (program === 'npx') return packages.includes(first)
  if (program === 'keyturn') return readFileSync(join(root, 'cli/keyturn.ts'), 'utf8').includes(`'${first}'`)
  if (program === 'aws') return (await findOperation(first, second)) !== null
  return program === 'terraform' && ['apply', 'init', 'validate', 'destroy', 'state', 'providers'].includes(first)
}
