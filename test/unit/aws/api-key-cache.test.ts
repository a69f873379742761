import { describe, expect, it } from '@jest/globals'
import { apiKeyCache, cacheCapacity } from '../../../src/aws/dynamo-api-key-store'
import { sampleApiKey } from '../../support/suites/api-key-store'
import { noon } from '../../support/suites/sample-endpoint'

describe('apiKeyCache', () => {
  it('forgets the oldest answer when it is full', () => {
    const cache = apiKeyCache()
    cache.set('first', sampleApiKey('a'), noon)
    cache.set('second', null, noon)
    cache.set('first', sampleApiKey('b'), noon)
    for (let n = 2; n <= cacheCapacity; n += 1) cache.set(String(n), null, noon)
    expect(cache.get('second', noon)).toBeUndefined()
    expect(cache.get('first', noon)).toEqual(sampleApiKey('b'))
    expect(cache.get(String(cacheCapacity), noon)).toBeNull()
  })
})
