import { sign as signAsGithub, verify as verifyAsGithub } from '@octokit/webhooks-methods'
import { describe, expect, it } from '@jest/globals'
import { githubRepository } from '../../../src/contracts/github'
import { sign, verify } from '../../../src/verify'
import { codeOf } from './code-of'

// GitHub's own library beside the scheme of its contract, and the values of its page "Validating webhook deliveries".

const { signing: scheme } = githubRepository
const secrets = ["It's a Secret to Everybody", 'é'.repeat(20), 'ab'.repeat(32)]
const bodies = ['Hello, World!', '{"zen":"Zoë 🦊"}', ' ', '\u0000{}']

describe('deliveries of GitHub', () => {
  it('are signed as its page shows', () => {
    const hex = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
    const headers = { 'X-Hub-Signature-256': `sha256=${hex}` }
    expect(sign('Hello, World!', "It's a Secret to Everybody", { scheme })).toEqual({
      'x-hub-signature-256': headers['X-Hub-Signature-256'],
    })
    expect(() => verify('Hello, World!', headers, "It's a Secret to Everybody", { scheme })).not.toThrow()
  })

  it.each(secrets.flatMap(secret => bodies.map(body => [secret, body] as const)))(
    'verify here and there, whoever signs: %j %j',
    async (secret, body) => {
      const theirs = { 'x-hub-signature-256': await signAsGithub(secret, body) }
      const ours = sign(body, secret, { scheme })
      expect(ours).toEqual(theirs)
      expect(() => verify(body, theirs, ['another', secret], { scheme })).not.toThrow()
      expect(await verifyAsGithub(secret, body, ours['x-hub-signature-256'] ?? '')).toBe(true)
    },
  )

  it.each(['', 'sha256=', 'sha1=757107ea', `sha256=${'0'.repeat(64)}`])(
    'are refused with %j, as there',
    async header => {
      const isGenuine = header !== '' && (await verifyAsGithub('a secret', 'body', header))
      expect(isGenuine).toBe(false)
      const refused = codeOf(() => verify('body', { 'x-hub-signature-256': header }, 'a secret', { scheme }))
      expect(['missing-header', 'no-matching-signature']).toContain(refused)
    },
  )
})
