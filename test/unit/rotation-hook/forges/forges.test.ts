import { describe, expect, it } from '@jest/globals'
import { receiver } from '../../../../examples/receiver/receiver'
import { senders } from '../../../../examples/receiver/senders'
import { githubOrganization, githubRepository } from '../../../../src/contracts/github'
import { gitlabGroup, gitlabProject } from '../../../../src/contracts/gitlab'
import type { Contract } from '../../../../src/contracts/contract'
import { mirroredSecrets } from '../../../../src/secrets-manager'
import { closeAfterEach } from '../../aws/close-after-each'
import { githubToken, startGithub } from './github'
import { gitlabToken, startGitlab } from './gitlab'
import { type BedOptions, type RotationBed, startRotationBed } from './rotation-bed'
import type { Delivery, Forge, StrictReply } from './strict-server'

const closing = closeAfterEach()

interface ForgeCase {
  readonly contract: Contract
  readonly tenantId: string
  readonly endpointId: string
  readonly path: string
}

const github: readonly ForgeCase[] = [
  {
    contract: githubRepository,
    tenantId: 'octocat/Hello-World.js',
    endpointId: '42',
    path: '/repos/octocat/Hello-World.js/hooks/42/config',
  },
  { contract: githubOrganization, tenantId: 'acme', endpointId: '42', path: '/orgs/acme/hooks/42/config' },
]
const gitlab: readonly ForgeCase[] = [
  {
    contract: gitlabProject,
    tenantId: 'group/sub/project',
    endpointId: '7',
    path: '/api/v4/projects/group%2Fsub%2Fproject/hooks/7',
  },
  { contract: gitlabProject, tenantId: '278964', endpointId: '7', path: '/api/v4/projects/278964/hooks/7' },
  { contract: gitlabGroup, tenantId: 'group', endpointId: '7', path: '/api/v4/groups/group/hooks/7' },
]
const forges = [...github, ...gitlab].map(each => ({ ...each, name: `${each.contract.name} (${each.tenantId})` }))

const chosenByHand = "It's a Secret to Everybody"
const signingToken = `whsec_${Buffer.alloc(32, 9).toString('base64')}`

interface Bed extends RotationBed {
  readonly forge: Forge
  readonly first: string
  /** What the example receiver makes of the delivery. Null: it is genuine. Else the error's code, or the status. */
  readonly verify: (delivery: Delivery) => Promise<string | null>
}

async function startForge({ contract, path }: ForgeCase, knowsSigningTokens: boolean): Promise<Forge> {
  return contract.name.startsWith('github')
    ? startGithub({ path, secret: chosenByHand })
    : startGitlab({ path, signingToken, knowsSigningTokens })
}

function goingOn(): () => Date {
  let looks = 0
  return () => new Date(Date.now() + (looks += 1) * 500)
}

async function bedOf(
  at: ForgeCase,
  options: Partial<BedOptions> & { readonly knowsSigningTokens?: boolean } = {},
): Promise<Bed> {
  const forge = closing(await startForge(at, options.knowsSigningTokens ?? true))
  const isGithub = at.contract.name.startsWith('github')
  const first = isGithub ? chosenByHand : signingToken
  const credential = isGithub ? githubToken : gitlabToken
  const rotations = closing(await startRotationBed({ ...at, baseUrl: forge.url, credential, text: first, ...options }))
  const { client, secretId } = rotations
  const { scheme, options: settings } = senders[isGithub ? 'github' : 'gitlab']
  // The clock goes on with each look, so that no mismatch comes too early.
  const secrets = mirroredSecrets({ client, secretId, ...settings, now: goingOn() })
  const told: (string | null)[] = []
  const onTryAgain = (error: unknown): void => void told.push(String(Reflect.get(Object(error), 'code')))
  const receive = receiver({ secrets, scheme, accept: async () => undefined, onTryAgain })
  const verify = async ({ body, headers }: Delivery): Promise<string | null> => {
    const { status } = await receive(Buffer.from(body), headers)
    return status === 204 ? null : (told.pop() ?? String(status))
  }
  return { ...rotations, forge, first, verify }
}

const allSteps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret']

describe('a rotation at a vendor that makes no secret', () => {
  it.each(forges)('gives $name a new one, and receivers verify every delivery on the way', async at => {
    const accepted: [string, string | null][] = []
    const after = async (step: string): Promise<void> => {
      const bed = await started
      accepted.push([step, await bed.verify(await bed.forge.deliver())])
    }
    const started = bedOf(at, { after })
    const { rotate, steps, forge, current, first, verify, tags } = await started
    const early = await forge.deliver()
    expect(await verify(early)).toBeNull()
    expect(await rotate()).toBe('complete')
    expect(steps).toEqual(allSteps)
    expect(accepted).toEqual(allSteps.map(step => [step, null]))
    const { signingSecret, keys } = await current()
    expect([forge.secret(), keys.map(({ secret }) => secret)]).toEqual([signingSecret, [signingSecret, first]])
    expect(await verify(early)).toBeNull()
    expect(await rotate()).toBe('complete')
    expect((await current()).signingSecret).toBe(forge.secret())
    expect(await verify(await forge.deliver())).toBeNull()
    expect(await tags()).toEqual([])
  })

  it.each(forges)('asks $name for what its documentation says, and for nothing else', async at => {
    const { rotate, forge } = await bedOf(at)
    await rotate()
    const put = at.contract.name.startsWith('github') ? 'PATCH' : 'PUT'
    const read = put === 'PUT' ? [`GET ${at.path}`] : []
    expect(forge.received).toEqual([...read, `${put} ${at.path}`])
  })

  it.each(forges)('keeps its value at $name whichever call is lost, and gives the same one again', async at => {
    for (const fault of ['lost', 'cut', { status: 502, body: 'Bad Gateway' }, { status: 500, body: {} }] as const) {
      const { rotate, forge, current, steps } = await bedOf(at)
      for (const calls of [1, 2]) forge.next.push(...Array.from({ length: calls }, () => fault))
      expect(await rotate()).toBe('complete')
      expect(steps.filter(step => step === 'createSecret').length).toBeLessThanOrEqual(2)
      expect((await current()).signingSecret).toBe(forge.secret())
    }
  })

  it.each(forges)('is refused by $name for a wrong token, another webhook and no rights, and can go on', async at => {
    const refusals: readonly [Partial<BedOptions>, string][] = [
      [{ credential: 'wrong' }, 'vendor-refused-credentials'],
      [{ endpointId: '43' }, 'vendor-endpoint-unknown'],
    ]
    for (const [options, code] of refusals) {
      const { rotate, steps, forge, first, verify } = await bedOf(at, options)
      expect(await rotate()).toBe('gave-up')
      expect(steps).toEqual(['createSecret', `setSecret ${code}`, 'createSecret', `setSecret ${code}`])
      expect(forge.secret()).toBe(first)
      expect(await verify(await forge.deliver())).toBeNull()
    }
  })

  it('goes on with the value that it had once the vendor takes it', async () => {
    for (const at of forges) {
      const { rotate, forge, current, verify, tags } = await bedOf(at)
      const forbidden: StrictReply = { status: 403, body: { message: 'Resource not accessible' } }
      forge.next.push(forbidden, forbidden)
      expect(await rotate()).toBe('gave-up')
      expect(await rotate()).toBe('complete')
      expect((await current()).signingSecret).toBe(forge.secret())
      expect(await verify(await forge.deliver())).toBeNull()
      expect(await tags()).toEqual([])
    }
  })
})

const [repository] = github as [ForgeCase]
const [project] = gitlab as [ForgeCase]

function inSeconds(seconds: number): string {
  return String(Math.floor(Date.now() / 1000) + seconds)
}

const primary = 'API rate limit exceeded for user ID 1.'
const secondary = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'

describe('a rate limit', () => {
  it.each<[string, ForgeCase, StrictReply, number]>([
    [
      'GitHub, 403 with Retry-After',
      repository,
      { status: 403, headers: { 'retry-after': '2' }, body: { message: secondary } },
      2000,
    ],
    [
      'GitHub, 429 with Retry-After',
      repository,
      { status: 429, headers: { 'retry-after': '3' }, body: { message: secondary } },
      3000,
    ],
    [
      'GitLab, 429 with Retry-After',
      project,
      { status: 429, headers: { 'retry-after': '4' }, body: 'Retry later\n' },
      4000,
    ],
  ])('of %s is waited out within the step', async (_, at, reply, milliseconds) => {
    const { rotate, forge, slept, steps } = await bedOf(at)
    forge.next.push(reply)
    expect(await rotate()).toBe('complete')
    expect([slept, steps]).toEqual([[milliseconds], allSteps])
  })

  it.each<[string, ForgeCase, string, object]>([
    ['GitHub', repository, 'x-ratelimit', { message: primary }],
    ['GitLab', project, 'ratelimit', { message: 'Retry later' }],
  ])('of %s that resets soon is waited out, by its reset', async (_, at, prefix, body) => {
    const { rotate, forge, slept } = await bedOf(at)
    const status = at === repository ? 403 : 429
    const headers = { [`${prefix}-remaining`]: '0', [`${prefix}-reset`]: inSeconds(9) }
    forge.next.push({ status, headers, body })
    expect(await rotate()).toBe('complete')
    expect(slept).toHaveLength(1)
    expect(slept[0]).toBeGreaterThanOrEqual(7000)
    expect(slept[0]).toBeLessThanOrEqual(9000)
  })

  it.each<[string, ForgeCase, StrictReply, number | undefined]>([
    ['GitHub’s that says no time', repository, { status: 403, body: { message: secondary } }, undefined],
    [
      'GitHub’s of an hour',
      repository,
      {
        status: 403,
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(3600) },
        body: { message: primary },
      },
      3600,
    ],
    ['GitLab’s without a header', project, { status: 429, body: 'Retry later\n' }, undefined],
  ])('is left to Secrets Manager, named in the log: %s', async (_, at, reply, seconds) => {
    const { rotate, forge, slept, steps, logged } = await bedOf(at)
    forge.next.push(reply, reply)
    expect(await rotate()).toBe('gave-up')
    expect([slept, steps.at(-1)]).toEqual([[], 'setSecret vendor-rate-limited'])
    const told = logged.find(({ message }) => message === 'calling the vendor failed')?.fields['retryAfterSeconds']
    expect(seconds === undefined ? told : Math.abs(Number(told) - seconds) < 60).toBe(
      seconds === undefined ? undefined : true,
    )
    expect(await rotate()).toBe('complete')
  })

  it('is no other 403: one for want of rights is told apart', async () => {
    const { rotate, forge, steps } = await bedOf(repository)
    const headers = { 'x-ratelimit-remaining': '4987', 'x-ratelimit-reset': inSeconds(60) }
    const reply = { status: 403, headers, body: { message: 'Resource not accessible by personal access token' } }
    forge.next.push(reply, reply)
    expect(await rotate()).toBe('gave-up')
    expect(steps.at(-1)).toBe('setSecret vendor-forbids')
  })
})

describe('GitHub', () => {
  it.each([301, 302, 307])(
    'may answer %i for a repository that was renamed: the request goes to its new URL',
    async status => {
      const { rotate, forge, current } = await bedOf(repository)
      forge.next.push({ status, headers: { location: repository.path }, body: { message: 'Moved Permanently' } })
      expect(await rotate()).toBe('complete')
      expect((await current()).signingSecret).toBe(forge.secret())
    },
  )

  it('is not followed to another origin, which would get the token', async () => {
    const elsewhere = closing(await startGithub({ path: repository.path, secret: null }))
    const { rotate, forge, steps } = await bedOf(repository)
    const reply = { status: 307, headers: { location: `${elsewhere.url}${repository.path}` }, body: {} }
    forge.next.push(reply, reply, reply, reply)
    expect(await rotate()).toBe('gave-up')
    expect([steps.at(-1), elsewhere.received]).toEqual(['setSecret vendor-reply-malformed', []])
  })
})

describe('GitLab', () => {
  it('is left alone where it ignores signing tokens: receivers keep what they have', async () => {
    for (const at of gitlab) {
      const { rotate, steps, forge, first, verify } = await bedOf(at, { knowsSigningTokens: false })
      expect(await rotate()).toBe('gave-up')
      expect(steps.at(-1)).toBe('setSecret vendor-secret-ignored')
      expect(forge.secret()).toBe(first)
      expect(await verify(await forge.deliver())).toBeNull()
    }
  })

  it('keeps its URL and its secret token through a rotation', async () => {
    const { rotate, forge } = await bedOf(project)
    await rotate()
    expect((await forge.deliver()).headers['x-gitlab-token']).toBe('older')
  })
})

describe('the key before', () => {
  it('is kept for an hour, or for as long as the deployment says', async () => {
    const lengths = [undefined, 120, 0]
    const kept = await Promise.all(
      lengths.map(async overlapSeconds => {
        const { rotate, current } = await bedOf(repository, overlapSeconds === undefined ? {} : { overlapSeconds })
        await rotate()
        const [newest, before] = (await current()).keys
        return before === undefined ? null : Date.parse(String(before.expiresAt)) - Date.parse(newest?.createdAt ?? '')
      }),
    )
    expect(kept).toEqual([3_600_000, 120_000, null])
  })

  it('is refused at once where the deployment says 0, as after a leak', async () => {
    const { rotate, forge, verify } = await bedOf(repository, { overlapSeconds: 0 })
    const early = await forge.deliver()
    await rotate()
    expect([await verify(await forge.deliver()), await verify(early)]).toEqual([null, 'no-matching-signature'])
  })

  it.each(['changeme', 'PLACEHOLDER', '{"keyturn":"not rotated yet"}'])('is none where it is %s', async text => {
    const { rotate, current, forge, verify } = await bedOf(repository, { text })
    expect(await rotate()).toBe('complete')
    expect((await current()).keys).toHaveLength(1)
    expect(await verify(await forge.deliver())).toBeNull()
  })
})
