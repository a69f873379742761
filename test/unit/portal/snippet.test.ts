import { describe, expect, it } from '@jest/globals'
import { transformSync } from 'esbuild'
import { allContracts } from '../../../src/contracts/all'
import { schemeOf } from '../../../src/contracts/secret-key'
import { thesignup } from '../../../src/contracts/thesignup'
import { tumban } from '../../../src/contracts/tumban'
import { receiverSnippet } from '../../../src/portal/snippet'

describe('the code for a receiver', () => {
  it('is what it says in TypeScript, for each contract', () => {
    for (const contract of allContracts) {
      for (const mirrorName of [null, "keyturn/prod/a'cme/ep_1"]) {
        const text = receiverSnippet(contract, mirrorName)
        expect(() => transformSync(text, { loader: 'ts', format: 'esm', target: 'es2022' })).not.toThrow()
      }
    }
  })

  it("has the contract's own scheme, unless it is the usual one", () => {
    expect(receiverSnippet(thesignup, null)).not.toContain('scheme')
    const [, scheme = ''] = /const scheme: Scheme = (\{[\s\S]*?\n\})/.exec(receiverSnippet(tumban, null)) ?? []
    expect(JSON.parse(scheme.replaceAll(/(\w+):(?= )/g, '"$1":'))).toEqual(JSON.parse(JSON.stringify(schemeOf(tumban))))
  })

  it('reads the mirror by its name where that is how secrets come', () => {
    const text = receiverSnippet(thesignup, 'keyturn/prod/acme/ep_1')
    expect(text).toContain("secretId: 'keyturn/prod/acme/ep_1'")
    expect(text).toContain('keyturn/secrets-manager')
  })
})
