import { describe, expect, it } from '@jest/globals'
import * as v from 'valibot'
import { rotationHookVariables } from '../../../lambdas/environment'
import { rotationHookDeps } from '../../../lambdas/wiring'
import { allContracts } from '../../../src/contracts/all'

const complete = {
  CONTRACT: 'storno',
  BASE_URL: 'https://api.storno.ro/',
  ENDPOINT_ID: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
  TENANT_ID: '550e8400-e29b-41d4-a716-446655440000',
  CREDENTIALS_SECRET_ID: 'storno/token',
}

function start(changes: Readonly<Record<string, string>>) {
  return rotationHookDeps(v.parse(rotationHookVariables, { ...complete, ...changes }), allContracts)
}

describe('the rotation hook', () => {
  it('starts with what its contract allows', () => {
    expect(start({})).toMatchObject({ endpointId: complete.ENDPOINT_ID, overlapSeconds: null })
    expect(start({ CONTRACT: 'keyturn', OVERLAP_SECONDS: '60' })).toMatchObject({ overlapSeconds: 60 })
  })

  it.each([{ ENDPOINT_ID: 'wh_1' }, { TENANT_ID: '' }, { OVERLAP_SECONDS: '60' }, { CONTRACT: 'nobody' }])(
    'does not start with %j, which its contract does not allow',
    changes => {
      expect(() => start(changes)).toThrow(TypeError)
    },
  )
})
