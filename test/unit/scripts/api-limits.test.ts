import { expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { permissionsForNamedTenants } from '../../../src/contracts/contract'
import { keyturn } from '../../../src/contracts/keyturn'

const page = readFileSync('docs/api-limits.md', 'utf8')

it('docs/api-limits.md names the permissions of an API key as the API takes them', () => {
  const [, listed = ''] = /one or more of ((?:`[\w:]+`(?:, )?)+)/.exec(page) ?? []
  const named = [...listed.matchAll(/`([\w:]+)`/g)].map(([, name]) => name)
  expect(named).toEqual(permissionsForNamedTenants(keyturn))
})
