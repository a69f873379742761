import { describe, expect, it } from '@jest/globals'
import {
  accessVariables,
  deliverVariables,
  endpointsVariables,
  portalVariables,
  readEnvironment,
  rotateVariables,
  sweepVariables,
} from '../../../lambdas/environment'
import { accessDeps } from '../../../lambdas/wiring'
import { dynamoDbClient } from '../../../src/aws/clients'

const complete = {
  STAGE: 'test',
  TABLE_NAME: 'keyturn-test',
  RING_KEY_ID: 'alias/ring',
  MIRROR_KEY_ID: 'alias/mirror',
  EVENT_BUS_NAME: 'default',
}

const queue = { QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/deliveries' }

describe('the environment', () => {
  it('has defaults for what may be left out', () => {
    expect(readEnvironment(rotateVariables, complete)).toEqual({
      ...complete,
      LOG_LEVEL: 'info',
      MIRROR: 'on',
      INSECURE_TARGETS: 'off',
      ENDPOINTS_PER_TENANT: 1000,
      SESSION_ROLE_CLAIM: 'role',
      SESSION_TENANT_CLAIM: 'tenant',
    })
  })

  it.each([
    ['STAGE', ''],
    ['STAGE', 'Prod/1'],
    ['TABLE_NAME', ''],
    ['RING_KEY_ID', ''],
    ['MIRROR', 'yes'],
    ['INSECURE_TARGETS', 'true'],
    ['ENDPOINTS_PER_TENANT', '0'],
    ['ENDPOINTS_PER_TENANT', '1e3'],
    ['LOG_LEVEL', 'chatty'],
    ['SESSION_JWKS_URL', 'somewhere'],
  ])('is refused by the name of %s when that is %j', (name, value) => {
    expect(() => readEnvironment(rotateVariables, { ...complete, [name]: value })).toThrow(
      new TypeError(`environment: ${name} is malformed`),
    )
  })

  it('names all that is missing, and asks each function for what it uses alone', () => {
    expect(() => readEnvironment(rotateVariables, {})).toThrow(
      'STAGE is missing, TABLE_NAME is missing, RING_KEY_ID is missing, EVENT_BUS_NAME is missing',
    )
    const { RING_KEY_ID: _ring, MIRROR_KEY_ID: _mirror, EVENT_BUS_NAME: _bus, ...reading } = complete
    expect(readEnvironment(endpointsVariables, { ...reading, ...queue })).toMatchObject({
      STAGE: 'test',
      API_DESCRIPTION: 'on',
    })
    expect(readEnvironment(sweepVariables, { ...complete, ...queue, LOG_LEVEL: 'error' })).toMatchObject({
      LOG_LEVEL: 'error',
    })
    expect(() => readEnvironment(deliverVariables, { ...reading, ...queue })).toThrow(
      'environment: RING_KEY_ID is missing, EVENT_BUS_NAME is missing, DEAD_LETTER_QUEUE_URL is missing',
    )
  })

  it('of access has the portal where there is one, and takes nothing for an origin that is none', () => {
    const portal = {
      PORTAL_ORIGIN: 'https://hooks.example.com',
      PORTAL_EMBED_ORIGINS: 'https://app.example.com,https://app.example.org:8443',
      PORTAL_RETURN_ORIGINS: 'http://127.0.0.1:4701',
    }
    expect(readEnvironment(accessVariables, { ...complete, ...portal })).toMatchObject(portal)
    expect(readEnvironment(accessVariables, complete)).not.toHaveProperty('PORTAL_ORIGIN')
    expect(readEnvironment(portalVariables, portal)).toEqual({ PORTAL_EMBED_ORIGINS: portal.PORTAL_EMBED_ORIGINS })
    expect(readEnvironment(portalVariables, {})).toEqual({})
    for (const bad of ['', '*', 'https://*.example.com', "https://a.example;script-src 'self'", 'https://a.example/']) {
      for (const name of Object.keys(portal)) {
        expect(() => readEnvironment(accessVariables, { ...complete, [name]: bad })).toThrow(`${name} is malformed`)
      }
    }
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
