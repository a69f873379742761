import { beforeAll, describe, expect, it } from '@jest/globals'
import { findCanaries } from '../../support/canary/find-canaries'
import type { Canary } from '../../support/canary/secret-forms'
import { type Aftermath, credentialsOf, secretsOf, stopAndRead } from './aftermath'
import type { ControlPlaneBed } from './bed'
import { plantSecrets, refuseSecrets } from './sent-secrets'

/** What all that went before has left behind. Comes last: it stops the local run. */
export function canarySuite(bed: () => ControlPlaneBed): void {
  let secrets: readonly Canary[]
  let refused: readonly Canary[]
  let planted: readonly Canary[]
  let aftermath: Aftermath

  describe('a signing secret', () => {
    beforeAll(async () => {
      refused = (await refuseSecrets(bed)).map((text, at) => ({ name: `refused ${at}`, text }))
      planted = await plantSecrets(bed)
      secrets = await secretsOf(bed())
      aftermath = await stopAndRead(bed())
    })

    it('is nowhere but in replies that reveal it and in the mirror', () => {
      expect(secrets.length).toBeGreaterThan(50)
      expect(findCanaries(aftermath.places, secrets)).toEqual([])
    })

    it('that is sent with a refused request is nowhere', () => {
      expect(findCanaries([...aftermath.places, ...aftermath.reveals], refused)).toEqual([])
    })

    it('would be found in each of those places, in every form', () => {
      const found = findCanaries(aftermath.places, planted)
      expect(planted.filter(({ name }) => !found.some(finding => finding.startsWith(`${name}: ${name} as `)))).toEqual(
        [],
      )
      for (const place of ['other replies', 'aws/dynamodb', 'the compacted table']) {
        expect([place, found.some(finding => finding.startsWith(`${place}: `))]).toEqual([place, true])
      }
      const forms = [
        'text',
        'escaped text',
        'text in hex',
        'text in base64',
        'text in base64url',
        'bytes',
        'bytes in hex',
        'bytes in base64',
        'bytes in base64url',
      ]
      expect(found.map(finding => finding.split(' as ')[1])).toEqual(expect.arrayContaining(forms))
    })

    it('is found where it belongs', () => {
      const names = new Set(findCanaries(aftermath.reveals, secrets).map(finding => finding.split(/: | as /)[1]))
      expect(secrets.filter(({ name }) => !names.has(name))).toEqual([])
    })
  })

  describe('a credential', () => {
    it('is kept as a hash; only the local run that made it tells it, in its own files and on its console', () => {
      const found = findCanaries([...aftermath.places, ...aftermath.reveals], credentialsOf(bed()))
      const places = new Set(found.map(finding => finding.split(': ')[0]))
      expect(places).toEqual(new Set(['local.json', 'seed.json', 'printed']))
    })
  })
}
