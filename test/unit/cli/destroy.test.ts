import { DeleteTableCommand } from '@aws-sdk/client-dynamodb'
import { NotFoundException } from '@aws-sdk/client-kms'
import { CreateSecretCommand, DeleteSecretCommand, ListSecretsCommand } from '@aws-sdk/client-secrets-manager'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type DestroyDeps, type DestroyRequest, destroyStage } from '../../../cli/destroy'
import { type StageClients, stageMirrors } from '../../../cli/stored-stage'
import { createQueue, createTable } from '../../../local/aws-resources'
import { type AwsServer, startAwsServer } from '../../../local/aws-server/server'
import { dynamoDbClient, secretsManagerClient, sqsClient } from '../../../src/aws/clients'

const region = 'eu-central-1'
const mirrors = ['keyturn/dev/org_1/ep_1', 'keyturn/dev/org_1/ep_2']
const foreignMirror = 'keyturn/dev-2/org_1/ep_1'

let aws: AwsServer
let clients: StageClients
/** Key ids by alias: the embedded server has no DescribeKey. */
let keyIds: Map<string, string>
/** In their order: what is said, what is asked, and how cdktf is called. */
let happened: string[]

beforeEach(async () => {
  aws = await startAwsServer({ dataDir: null, port: 0 })
  const options = { endpoint: aws.url, region, credentials: { accessKeyId: 'any', secretAccessKey: 'any' } }
  happened = []
  keyIds = new Map(
    ['dev', 'prod'].flatMap(stage => ['ring', 'mirror'].map(kind => [`alias/keyturn-${stage}-${kind}`, `${kind}-1`])),
  )
  clients = {
    table: { client: dynamoDbClient(options), name: 'keyturn-dev' },
    kms: describingKeys(),
    secrets: secretsManagerClient(options),
    sqs: sqsClient(options),
  }
  await createTable(clients.table)
  for (const Name of [...mirrors, foreignMirror])
    await clients.secrets.send(new CreateSecretCommand({ Name, SecretString: 'x' }))
})

afterEach(async () => {
  clients.table.client.destroy()
  clients.secrets.destroy()
  clients.sqs.destroy()
  await aws.close()
})

/** Only `DescribeKey` is asked for. */
function describingKeys(): StageClients['kms'] {
  const send = async ({ input }: { readonly input: { readonly KeyId: string } }) => {
    const KeyId = keyIds.get(input.KeyId)
    if (KeyId === undefined) throw new NotFoundException({ message: 'Alias is not found', $metadata: {} })
    return { KeyMetadata: { KeyId, KeyState: KeyId.startsWith('going-') ? 'PendingDeletion' : 'Enabled' } }
  }
  return { send }
}

/** A destroyed stage's table is gone, and its keys are on their way out. */
async function destroyStored(): Promise<void> {
  await clients.table.client.send(new DeleteTableCommand({ TableName: clients.table.name }))
  keyIds = new Map([['alias/keyturn-dev-mirror', 'going-1']])
}

/** cdktf's own question, which the user answers with no: nothing happens, and it ends with 0. */
async function answerNo(): Promise<void> {}

/** With a stand-in for cdktf that does `work`, and ends with `status`. */
function depsWith(work: () => Promise<void>, status = 0): DestroyDeps {
  return {
    clients,
    cdktf: async (args, environment = {}) => {
      happened.push(`cdktf ${args.join(' ')} ${JSON.stringify(environment)}`)
      await work()
      return status
    },
    ask: null,
    say: line => happened.push(line),
  }
}

function answering(text: string): DestroyDeps['ask'] {
  return async question => {
    happened.push(question)
    return text
  }
}

function requestOf(stage: string, given: Partial<DestroyRequest> = {}): DestroyRequest {
  const config = { stage, region, contracts: [{ contract: 'keyturn' }], mirror: 'on' } as const
  return { config, yes: stage, cdktfArgs: [], ...given }
}

const cdktfDestroys = 'cdktf destroy --auto-approve {}'

describe('a disposable stage', () => {
  it('goes with its mirrors, and with those of no other stage', async () => {
    const report = await destroyStage(depsWith(destroyStored), requestOf('dev'))
    expect(report).toEqual({
      lines: ['Nothing stays: 2 mirrors are deleted, and both keys are scheduled for deletion in 7 days.'],
      json: {
        stage: 'dev',
        destroyed: { table: { name: 'keyturn-dev', bytes: 0 }, ringKeyId: 'ring-1', mirrorKeyId: 'mirror-1', mirrors },
      },
      exitCode: 0,
    })
    const left = await clients.secrets.send(new ListSecretsCommand({ IncludePlannedDeletion: true }))
    expect(left.SecretList?.map(({ Name }) => Name)).toEqual([foreignMirror])
  })

  it('keeps its mirrors where cdktf ended with 0 but the table is still there', async () => {
    await expect(destroyStage(depsWith(answerNo), requestOf('dev'))).rejects.toThrow(
      'the stage dev is still there (table keyturn-dev, ring key ring-1, mirror key mirror-1), so none of its mirrors was deleted',
    )
    expect(happened).toContain(cdktfDestroys)
    expect(await stageMirrors(clients.secrets, 'dev')).toEqual(mirrors)
  })

  it('keeps its mirrors where a key is still there', async () => {
    const halfWay = async (): Promise<void> => {
      await destroyStored()
      keyIds = new Map([['alias/keyturn-dev-ring', 'ring-1']])
    }
    await expect(destroyStage(depsWith(halfWay, 1), requestOf('dev'))).rejects.toThrow(
      /still there \(ring key ring-1\)/,
    )
    expect(await stageMirrors(clients.secrets, 'dev')).toEqual(mirrors)
  })

  it('loses its mirrors where table and keys are gone, although cdktf failed later', async () => {
    const report = await destroyStage(depsWith(destroyStored, 1), requestOf('dev'))
    expect(report).toMatchObject({
      lines: [expect.stringMatching(/^The table is gone, 2 mirrors .* run this again for the rest of the stack\.$/)],
      exitCode: 1,
    })
    expect(await stageMirrors(clients.secrets, 'dev')).toEqual([])
  })

  it('that was destroyed half-way before is destroyed for good by a second run', async () => {
    await destroyStored()
    const report = await destroyStage(depsWith(answerNo), requestOf('dev'))
    expect(happened).toContain('  no table')
    expect(report).toMatchObject({ json: { destroyed: { table: null, mirrors } }, exitCode: 0 })
  })
})

describe('before it destroys anything, the command', () => {
  it('names what goes, and asks for the name of the stage', async () => {
    await destroyStage({ ...depsWith(destroyStored), ask: answering('dev') }, requestOf('dev', { yes: undefined }))
    expect(happened).toEqual([
      'This destroys the stage dev in eu-central-1, with all that is stored:',
      '  table keyturn-dev: 0 bytes',
      '  ring key ring-1 and mirror key mirror-1',
      '  mirrors in Secrets Manager: 2',
      "Type the stage's name, dev, to go on: ",
      'cdktf destroy {}',
    ])
  })

  it.each([
    ['a wrong answer', answering('yes'), {}, 'nothing was destroyed: the stage is called dev, not "yes"'],
    ['no answer', answering(''), { cdktfArgs: ['--auto-approve'] }, 'the stage is called dev, not ""'],
    ['the name of another stage', null, { yes: 'prod' }, 'the stage is called dev, not "prod"'],
    ['nobody to be asked', null, {}, 'nothing was destroyed: nobody can be asked here, so give --yes dev'],
  ])('goes no further with %s', async (_, ask, given, message) => {
    const request = requestOf('dev', { yes: undefined, ...given })
    await expect(destroyStage({ ...depsWith(destroyStored), ask }, request)).rejects.toThrow(message)
    expect(happened.filter(line => line.startsWith('cdktf'))).toEqual([])
    expect(await stageMirrors(clients.secrets, 'dev')).toEqual(mirrors)
  })

  it('takes --auto-approve for the answer where nobody can be asked', async () => {
    const request = requestOf('dev', { yes: undefined, cdktfArgs: ['--auto-approve', '--skip-provider-lock'] })
    await destroyStage(depsWith(destroyStored), request)
    expect(happened.at(-1)).toBe('cdktf destroy --auto-approve --skip-provider-lock {}')
  })
})

describe('a stage that keeps its data', () => {
  const request = requestOf('prod')

  beforeEach(async () => {
    clients = { ...clients, table: { ...clients.table, name: 'keyturn-prod' } }
    await createTable(clients.table)
  })

  it('is taken down to table, keys and mirrors, and says how to take them over', async () => {
    const report = await destroyStage(depsWith(answerNo), request)
    expect(happened.at(-1)).toBe('cdktf deploy --auto-approve {"KEYTURN_RETIRE":"1"}')
    expect(report).toMatchObject({
      lines: expect.arrayContaining([
        '  table keyturn-prod: 0 bytes, $0.00',
        '  together: $2.00',
        "  adopt: { table: true, ringKey: 'ring-1', mirrorKey: 'mirror-1' },",
      ]),
      json: { adopt: { table: true, ringKey: 'ring-1', mirrorKey: 'mirror-1' }, monthlyUsd: { together: 2 } },
    })
  })

  it('is told to be still there where its queue is', async () => {
    await createQueue(clients.sqs, 'keyturn-prod-deliveries', {})
    await expect(destroyStage(depsWith(answerNo), request)).rejects.toThrow(
      'the stage prod is still there (queue keyturn-prod-deliveries)',
    )
  })

  it('is taken down by a second run where the first was cut short', async () => {
    keyIds.clear()
    await createQueue(clients.sqs, 'keyturn-prod-deliveries', {})
    await expect(destroyStage(depsWith(answerNo), request)).rejects.toThrow(/is still there/)
    expect(happened.at(-1)).toBe('cdktf deploy --auto-approve {"KEYTURN_RETIRE":"1"}')
  })

  it('is not taken down a second time', async () => {
    keyIds.clear()
    await expect(destroyStage(depsWith(answerNo), request)).rejects.toThrow(
      'there is no stage prod in eu-central-1 to take down: its key alias/keyturn-prod-ring is not there',
    )
    expect(happened).toEqual([])
  })
})

it('a stage’s mirrors are found by its prefix, and those that are scheduled for deletion are not', async () => {
  const [first = '', second] = mirrors
  await clients.secrets.send(new DeleteSecretCommand({ SecretId: first, RecoveryWindowInDays: 7 }))
  expect(await stageMirrors(clients.secrets, 'dev')).toEqual([second])
  expect(await stageMirrors(clients.secrets, 'de')).toEqual([])
})
