import { describe, expect, it } from '@jest/globals'
import { isPolicyFor, policyFor } from '../../../src/aws/mirror-policy'

const role = 'arn:aws:iam::123456789012:role/reader'
const consumers = ['210987654321', role]

/** The policy with its one statement changed. */
function changed(over: object): string {
  const { Version, Statement } = JSON.parse(policyFor(consumers))
  return JSON.stringify({ Version, Statement: [{ ...Statement[0], ...over }] })
}

describe('the policy of a mirror', () => {
  it.each([
    ['as it was written', policyFor(consumers)],
    ['in another order', policyFor(consumers.toReversed())],
    ['with an account by its root', changed({ Principal: { AWS: [role, 'arn:aws:iam::210987654321:root'] } })],
    ['with a list for one action', changed({ Action: ['secretsmanager:GetSecretValue'], Resource: ['*'] })],
  ])('is known %s', (_, policy) => {
    expect(isPolicyFor(policy, consumers)).toBe(true)
  })

  it('is known with its one consumer out of the list', () => {
    expect(isPolicyFor(changed({ Principal: { AWS: role } }), [role])).toBe(true)
  })

  it.each([
    ['one that is gone', undefined],
    ['a consumer less', policyFor([role])],
    ['a consumer more', policyFor([...consumers, '111122223333'])],
    ['a role that was deleted', changed({ Principal: { AWS: ['210987654321', 'AROAEXAMPLEID'] } })],
    ['more actions', changed({ Action: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'] })],
    ['everybody', changed({ Principal: '*' })],
    ['a condition', changed({ Condition: { Bool: { 'aws:SecureTransport': 'true' } } })],
    ['a denial', changed({ Effect: 'Deny' })],
    ['no JSON', '{'],
    ['two statements', JSON.stringify({ Statement: [1, 2] })],
  ])('is not taken for %s', (_, policy) => {
    expect(isPolicyFor(policy, consumers)).toBe(false)
  })

  it('is none at all where nobody is to read', () => {
    expect([isPolicyFor(undefined, []), isPolicyFor(policyFor(consumers), [])]).toEqual([true, false])
  })
})
