import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { Secret } from '../../../src/core/secret'
import type { Sealer } from '../../../src/rotation/ports'
import { aborted } from './signals'

export interface RunningSealer {
  readonly sealer: Sealer
  close(): Promise<void>
}

export const sealContext = { tenantId: 'org_1', endpointId: 'ep_1', keyId: 'key_1' }

/** What every sealer does. */
export function sealerSuite(start: () => Promise<RunningSealer>): void {
  let running: RunningSealer
  beforeEach(async () => {
    running = await start()
  })
  afterEach(() => running.close())

  const texts = {
    'a usual secret': 'whsec_c2VjcmV0',
    'text beyond ASCII': 'ünïcode ✓',
    'a long text': 'x'.repeat(1000),
  }

  it.each(Object.entries(texts))('opens what it sealed: %s', async (_, text) => {
    const sealed = await running.sealer.seal(new Secret(text), sealContext)
    expect(sealed).toMatch(/^[A-Za-z0-9+/]+={0,2}$/)
    expect((await running.sealer.open(sealed, sealContext)).reveal()).toBe(text)
  })

  it.each(['tenantId', 'endpointId', 'keyId'])('does not open for another %s', async part => {
    const sealed = await running.sealer.seal(new Secret('whsec_c2VjcmV0'), sealContext)
    const other = { ...sealContext, [part]: 'other' }
    await expect(running.sealer.open(sealed, other)).rejects.toMatchObject({ name: 'InvalidCiphertextException' })
  })

  it('does not open after the signal has aborted', async () => {
    const sealed = await running.sealer.seal(new Secret('whsec_c2VjcmV0'), sealContext)
    await expect(running.sealer.open(sealed, sealContext, aborted)).rejects.toMatchObject({ name: 'AbortError' })
  })
}
