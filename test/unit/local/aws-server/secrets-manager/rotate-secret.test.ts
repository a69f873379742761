import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  type RotateSecretCommandInput,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { describe, expect, it } from '@jest/globals'
import { startAwsServer } from '../../../../../local/aws-server/server'
import { closeAfterEach } from '../../../aws/close-after-each'
import { clientConfig } from '../client-config'

const closing = closeAfterEach()
const functionArn = 'arn:aws:lambda:eu-central-1:000000000000:function:rotate-it'
const SecretId = 'consumer/vendor'
const first = 'a'.repeat(32)
const second = 'b'.repeat(32)

interface Step {
  readonly Step: string
  readonly SecretId: string
  readonly ClientRequestToken: string
}

interface Rotating {
  readonly client: SecretsManagerClient
  /** What the function was invoked with. */
  readonly steps: readonly Step[]
  /** The function fails at these steps, once for each time that one is named. */
  readonly failAt: string[]
  readonly rotate: (input?: Partial<RotateSecretCommandInput>) => Promise<{ VersionId?: string | undefined }>
  readonly labels: () => Promise<Record<string, string[]>>
  /** Waits until the function was invoked so often. */
  readonly untilSteps: (count: number) => Promise<void>
  /** Waits until a rotation has made this version the current one. */
  readonly untilCurrent: (version: string) => Promise<void>
  close(): Promise<void>
}

/** A secret, and a rotation function that does what AWS's templates do. */
async function start(pausesMs: readonly number[] = []): Promise<Rotating> {
  const steps: Step[] = []
  const failAt: string[] = []
  const invoke = async (_arn: string, event: object): Promise<void> => {
    const step = event as Step
    steps.push(step)
    const at = failAt.indexOf(step.Step)
    if (at !== -1) throw new Error(`failing at ${failAt.splice(at, 1).join('')}`)
    await rotateStep(client, step)
  }
  const functions = { has: (arn: string) => arn === functionArn, invoke, pausesMs }
  const server = await startAwsServer({ dataDir: null, port: 0, functions })
  const client = new SecretsManagerClient(clientConfig(server.url))
  await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'one', ClientRequestToken: first }))
  return {
    client,
    steps,
    failAt,
    rotate: input => client.send(new RotateSecretCommand({ SecretId, RotationLambdaARN: functionArn, ...input })),
    labels: async () => (await client.send(new DescribeSecretCommand({ SecretId }))).VersionIdsToStages ?? {},
    untilSteps: async count => {
      while (steps.length < count) await new Promise(resolve => setTimeout(resolve, 5))
    },
    untilCurrent: async version => {
      for (;;) {
        const { VersionIdsToStages = {}, LastRotatedDate } = await client.send(new DescribeSecretCommand({ SecretId }))
        if (VersionIdsToStages[version]?.includes('AWSCURRENT') === true && LastRotatedDate !== undefined) return
        await new Promise(resolve => setTimeout(resolve, 5))
      }
    },
    close: async () => {
      await server.close()
      client.destroy()
    },
  }
}

async function rotateStep(client: SecretsManagerClient, { Step: step, SecretId: id, ClientRequestToken }: Step) {
  if (step === 'createSecret') {
    const version = { ClientRequestToken, SecretString: `of ${ClientRequestToken}`, VersionStages: ['AWSPENDING'] }
    await client.send(new PutSecretValueCommand({ SecretId: id, ...version }))
  }
  if (step !== 'finishSecret') return
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: id }))
  const from = Object.keys(VersionIdsToStages).find(version => VersionIdsToStages[version]?.includes('AWSCURRENT'))
  const move = { VersionStage: 'AWSCURRENT', RemoveFromVersionId: from, MoveToVersionId: ClientRequestToken }
  if (from !== ClientRequestToken) await client.send(new UpdateSecretVersionStageCommand({ SecretId: id, ...move }))
}

const all = ['createSecret', 'setSecret', 'testSecret', 'finishSecret']

describe('RotateSecret', () => {
  it('runs the four steps after the reply, and the new version is current', async () => {
    const { client, rotate, steps, untilCurrent, labels } = closing(await start())
    expect(await rotate({ ClientRequestToken: second })).toMatchObject({ VersionId: second })
    await untilCurrent(second)
    expect(steps.map(({ Step: step }) => step)).toEqual(all)
    const described = await client.send(new DescribeSecretCommand({ SecretId }))
    expect(steps.every(step => step.SecretId === described.ARN && step.ClientRequestToken === second)).toBe(true)
    expect(described).toMatchObject({ RotationEnabled: true, RotationLambdaARN: functionArn })
    expect(described.LastRotatedDate).toBeInstanceOf(Date)
    expect((await labels())[second]).toContain('AWSCURRENT')
    expect((await labels())[first]).toEqual(['AWSPREVIOUS'])
  })

  it('makes a pending version without a value before createSecret', async () => {
    const { client, rotate, failAt, untilSteps, labels } = closing(await start())
    failAt.push('createSecret')
    await rotate({ ClientRequestToken: second })
    await untilSteps(1)
    expect((await labels())[second]).toEqual(['AWSPENDING'])
    await expect(
      client.send(new GetSecretValueCommand({ SecretId, VersionStage: 'AWSPENDING' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('tries a failed rotation again as a whole, with the same version', async () => {
    const { rotate, steps, failAt, untilCurrent } = closing(await start([1, 1]))
    failAt.push('testSecret', 'finishSecret')
    await rotate({ ClientRequestToken: second })
    await untilCurrent(second)
    expect(steps.map(({ Step: step }) => step)).toEqual([...all.slice(0, 3), ...all, ...all])
  })

  it('refuses another rotation while one is not complete, and tries that one again', async () => {
    const { rotate, failAt, untilSteps, untilCurrent } = closing(await start())
    failAt.push('setSecret')
    await rotate({ ClientRequestToken: second })
    await untilSteps(2)
    await expect(rotate({ ClientRequestToken: 'c'.repeat(32) })).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: expect.stringContaining("isn't complete"),
    })
    await untilCurrent(second)
    await rotate({ ClientRequestToken: 'c'.repeat(32) })
    await untilCurrent('c'.repeat(32))
  })

  it('only tests when it is not to rotate immediately, on a version that is taken away again', async () => {
    const { rotate, steps, untilSteps, labels } = closing(await start())
    const RotationRules = { AutomaticallyAfterDays: 30 }
    expect((await rotate({ RotateImmediately: false, RotationRules })).VersionId).toBeUndefined()
    await untilSteps(1)
    while (Object.keys(await labels()).length > 1) await new Promise(resolve => setTimeout(resolve, 5))
    expect(steps.map(({ Step: step }) => step)).toEqual(['testSecret'])
    expect(await labels()).toEqual({ [first]: ['AWSCURRENT'] })
  })

  it('remembers its function, and refuses one that it cannot invoke', async () => {
    const { client, rotate, untilSteps, untilCurrent } = closing(await start())
    await expect(rotate({ RotationLambdaARN: `${functionArn}-2` })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    })
    await expect(client.send(new RotateSecretCommand({ SecretId }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
    })
    const { VersionId = '' } = await rotate()
    await untilCurrent(VersionId)
    await client.send(new RotateSecretCommand({ SecretId }))
    await untilSteps(8)
  })
})

describe('CancelRotateSecret', () => {
  it('stops a rotation before its next try and leaves its version pending', async () => {
    const { client, rotate, steps, failAt, untilSteps, labels } = closing(await start([200, 200]))
    failAt.push('setSecret')
    await rotate({ ClientRequestToken: second })
    await untilSteps(2)
    expect(await client.send(new CancelRotateSecretCommand({ SecretId }))).toMatchObject({ VersionId: second })
    await new Promise(resolve => setTimeout(resolve, 250))
    expect(steps.length).toBe(2)
    expect((await labels())[second]).toEqual(['AWSPENDING'])
    expect(await client.send(new DescribeSecretCommand({ SecretId }))).toMatchObject({ RotationEnabled: false })
  })

  it('is refused where rotation was never configured', async () => {
    const { client } = closing(await start())
    await expect(client.send(new CancelRotateSecretCommand({ SecretId }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
    })
  })
})
