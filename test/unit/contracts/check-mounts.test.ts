import { describe, expect, it } from '@jest/globals'
import { allContracts } from '../../../src/contracts/all'
import { checkMounts } from '../../../src/contracts/check-mounts'
import { githubRepository } from '../../../src/contracts/github'
import type { Contract } from '../../../src/contracts/contract'
import { tumban } from '../../../src/contracts/tumban'
import { allMadeUp } from './made-up/all-made-up'

const check = (...contracts: Contract[]): void => checkMounts(contracts.map(contract => ({ contract, basePath: '' })))

describe('checkMounts', () => {
  it('takes every contract that comes with Keyturn at once', () => {
    expect(() => check(...allContracts)).not.toThrow()
  })

  it('takes every made-up contract at once', () => {
    expect(() => check(...allMadeUp)).not.toThrow()
  })

  it('refuses a contract that contradicts itself, by its name', () => {
    expect(() => check({ ...tumban, cooldownSeconds: -1 })).toThrow('contract tumban: cooldownSeconds')
  })

  it('refuses every contract that contradicts itself at once, and each two routes of the others', () => {
    const broken = { ...tumban, cooldownSeconds: -1 }
    const others = ['a', 'b', 'c'].map(name => ({ ...tumban, name }))
    const lines = [broken, { ...broken, name: 'x' }, ...others]
    expect(() => check(...lines)).toThrow(
      /^contract tumban: cooldownSeconds.*\ncontract x: cooldownSeconds.*\n.*\(a\) and .*\(b\) are the same route\n.*\(a\) and .*\(c\) are the same route\n/,
    )
  })

  it('refuses a contract whose tenants only the rotation hook can be told', () => {
    expect(() => check(githubRepository)).toThrow(
      'contract github-repository: tenant.parts is for the rotation hook alone',
    )
  })

  it('refuses two contracts with the same routes, by the names of both', () => {
    expect(() => check(tumban, { ...tumban, name: 'other' })).toThrow(/\(tumban\) and .*\(other\) are the same route/)
  })
})
