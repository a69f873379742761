import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { githubRepository } from '../../../../src/contracts/github'
import { gitlabProject } from '../../../../src/contracts/gitlab'
import { githubToken, startGithub } from '../../../unit/rotation-hook/forges/github'
import { gitlabToken, startGitlab } from '../../../unit/rotation-hook/forges/gitlab'
import type { Forge } from '../../../unit/rotation-hook/forges/strict-server'
import type { Strike } from '../../strikes'
import type { Consumer, ConsumerSecret } from './consumer'
import type { StruckRotation } from './struck-rotations'

/** A vendor that makes no secret, and the consumer's secret that is rotated there. */
export interface GivenSecret {
  readonly forge: Forge
  readonly secret: ConsumerSecret
  readonly consumer: Consumer
}

const text = `whsec_${Buffer.alloc(32, 5).toString('base64')}`

/** By the names of their contracts: how each vendor starts with a secret, and what its hook is told. */
export const givenVendors = {
  [githubRepository.name]: {
    start: () => startGithub({ path: '/repos/octocat/hello-world/hooks/42/config', secret: text }),
    about: { endpointId: '42', tenantId: 'octocat/hello-world', credential: githubToken },
  },
  [gitlabProject.name]: {
    start: () => startGitlab({ path: '/api/v4/projects/group%2Fproject/hooks/7', signingToken: text }),
    about: { endpointId: '7', tenantId: 'group/project', credential: gitlabToken },
  },
} as const

export async function addGivenSecret(
  consumer: Consumer,
  contract: keyof typeof givenVendors,
  runsEachStep = 1,
): Promise<GivenSecret> {
  const { start, about } = givenVendors[contract]
  const forge = await start()
  const hook = { contract, ...about, replays: true }
  return { forge, consumer, secret: await consumer.addSecret({ hook, text, api: forge.url, runsEachStep }) }
}

/** The calls of a rotation in which nothing goes wrong. */
export async function recordGiving({ secret }: GivenSecret): Promise<readonly string[]> {
  const watch = secret.hook.watch()
  await secret.rotate()
  return watch.calls()
}

/** Rotates, and strikes one call. `made`: different secrets that the vendor was given. */
export async function strikeGiving(subject: GivenSecret, way: Strike, at: string): Promise<StruckRotation> {
  const { secret, forge } = subject
  const lockedOut: string[] = []
  const given = new Set([forge.secret()])
  const look = async (name: string): Promise<void> => {
    given.add(forge.secret())
    if (!(await canRead(subject))) lockedOut.push(name)
  }
  const steps = secret.steps.length
  const before = await secret.current()
  const watch = secret.hook.watch({ strike: { way, hits: name => name === at }, look })
  const { signingSecret, keys } = await secret.rotate()
  return {
    at,
    struck: watch.struck(),
    tries: secret.steps.slice(steps).filter(({ name }) => name === 'createSecret').length,
    made: given.size - 1,
    healed: signingSecret === forge.secret() && keys.some(key => key.secret === before),
    tags: (await secret.describe()).tags,
    lockedOut,
  }
}

/** Whether receivers find the vendor's secret in what is current or pending. */
async function canRead({ forge, secret, consumer }: GivenSecret): Promise<boolean> {
  const texts = await Promise.all(
    ['AWSCURRENT', 'AWSPENDING'].map(async VersionStage => {
      const command = new GetSecretValueCommand({ SecretId: secret.secretId, VersionStage })
      return consumer.client.send(command).then(
        ({ SecretString = '' }) => SecretString,
        () => '',
      )
    }),
  )
  return texts.some(each => each.includes(forge.secret() ?? ''))
}
