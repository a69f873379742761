import { describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accessDeps } from '../../lambdas/access-deps'
import {
  deliverVariables,
  endpointsVariables,
  readEnvironment,
  rotateVariables,
  sweepVariables,
} from '../../lambdas/environment'
import { mountsOf } from '../../lambdas/mounts'
import { dynamoDbClient } from '../../src/aws/clients'
import { acmeworks } from '../contracts/made-up/acmeworks'

const complete = {
  STAGE: 'test',
  TABLE_NAME: 'keyturn-test',
  RING_KEY_ID: 'alias/ring',
  MIRROR_KEY_ID: 'alias/mirror',
  EVENT_BUS_NAME: 'default',
  CONTRACTS: '{"keyturn": "", "storno": "/vendors/storno"}',
}

const queue = { QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/deliveries' }

describe('the environment', () => {
  it('has defaults for what may be left out', () => {
    expect(readEnvironment(rotateVariables, complete)).toEqual({
      ...complete,
      CONTRACTS: { keyturn: '', storno: '/vendors/storno' },
      LOG_LEVEL: 'info',
      MIRROR: 'on',
      INSECURE_TARGETS: 'off',
      SESSION_ROLE_CLAIM: 'role',
      SESSION_TENANT_CLAIM: 'tenant',
    })
  })

  it.each([
    ['STAGE', ''],
    ['STAGE', 'Prod/1'],
    ['TABLE_NAME', ''],
    ['RING_KEY_ID', ''],
    ['CONTRACTS', 'keyturn'],
    ['CONTRACTS', '["keyturn"]'],
    ['CONTRACTS', '{"keyturn": "v1"}'],
    ['CONTRACTS', '{"keyturn": "/v1/"}'],
    ['MIRROR', 'yes'],
    ['INSECURE_TARGETS', 'true'],
    ['LOG_LEVEL', 'chatty'],
    ['SESSION_JWKS_URL', 'somewhere'],
  ])('is refused by the name of %s when that is %j', (name, value) => {
    expect(() => readEnvironment(rotateVariables, { ...complete, [name]: value })).toThrow(
      new TypeError(`environment: ${name} is malformed`),
    )
  })

  it('names all that is missing, and asks each function for what it uses alone', () => {
    expect(() => readEnvironment(rotateVariables, {})).toThrow(
      'STAGE is missing, TABLE_NAME is missing, RING_KEY_ID is missing, EVENT_BUS_NAME is missing, CONTRACTS is missing',
    )
    const { RING_KEY_ID: _ring, MIRROR_KEY_ID: _mirror, EVENT_BUS_NAME: _bus, ...reading } = complete
    expect(readEnvironment(endpointsVariables, { ...reading, ...queue })).toMatchObject({ STAGE: 'test' })
    const { CONTRACTS: _contracts, ...sweeping } = complete
    expect(readEnvironment(sweepVariables, { ...sweeping, ...queue, LOG_LEVEL: 'error' })).toMatchObject({
      LOG_LEVEL: 'error',
    })
    expect(() => readEnvironment(deliverVariables, { ...reading, ...queue })).toThrow(
      'environment: RING_KEY_ID is missing, DEAD_LETTER_QUEUE_URL is missing',
    )
  })

  it('takes an issuer of sessions whole or not at all', () => {
    const table = { client: dynamoDbClient({ region: 'us-east-1' }), name: 'keyturn-test' }
    const partly = { ...complete, ...queue, SESSION_ISSUER: 'https://sign-in.example' }
    expect(() => accessDeps(readEnvironment(endpointsVariables, partly), table)).toThrow('belong together')
    const whole = { ...partly, SESSION_AUDIENCE: 'keyturn', SESSION_JWKS_URL: 'https://sign-in.example/jwks' }
    expect(() => accessDeps(readEnvironment(endpointsVariables, whole), table)).not.toThrow()
    expect(() => accessDeps(readEnvironment(endpointsVariables, { ...complete, ...queue }), table)).not.toThrow()
  })
})

describe('the mounts', () => {
  it('are the contracts of the environment at their base paths', () => {
    const mounts = mountsOf({ CONTRACTS: { keyturn: '', storno: '/vendors/storno' } }, tmpdir())
    expect(mounts.map(({ contract, basePath }) => [contract.name, basePath])).toEqual([
      ['keyturn', ''],
      ['storno', '/vendors/storno'],
    ])
  })

  it('may be a deployment’s own, from beside the bundle', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-mounts-'))
    writeFileSync(join(folder, 'contracts.json'), JSON.stringify([acmeworks]))
    expect(mountsOf({ CONTRACTS: { acmeworks: '' } }, folder)).toEqual([{ contract: acmeworks, basePath: '' }])
    rmSync(folder, { recursive: true })
    expect(() => mountsOf({ CONTRACTS: { acmeworks: '' } }, folder)).toThrow('CONTRACTS names acmeworks')
  })
})
