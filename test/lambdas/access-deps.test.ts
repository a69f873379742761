import { describe, expect, it } from '@jest/globals'
import { accessDeps } from '../../lambdas/access-deps'
import { readEnvironment, rotateVariables } from '../../lambdas/environment'
import { dynamoDbClient } from '../../src/aws/clients'

const table = { client: dynamoDbClient({ region: 'us-east-1' }), name: 'keyturn' }
const required = {
  STAGE: 'test',
  TABLE_NAME: 'keyturn',
  RING_KEY_ID: 'ring',
  EVENT_BUS_NAME: 'default',
  CONTRACTS: '{}',
}
const issuer = {
  SESSION_ISSUER: 'https://id.example',
  SESSION_AUDIENCE: 'keyturn',
  SESSION_JWKS_URL: 'https://id.example/jwks.json',
}

function deps(variables: Readonly<Record<string, string>>) {
  return accessDeps(readEnvironment(rotateVariables, { ...required, ...variables }), table)
}

describe('sessions of a deployment', () => {
  it.each([
    ['without an issuer', {}],
    ['with one, for what is no token', issuer],
  ])('are refused %s', async (_, variables) => {
    await expect(deps(variables).verifySession('nonsense')).rejects.toMatchObject({ code: 'invalid-token' })
  })
})
