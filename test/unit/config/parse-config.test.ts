import { describe, expect, it } from '@jest/globals'
import { mountsOf, withContractFaults } from '../../../config/mounts'
import { ConfigError, parseConfig } from '../../../config/schema'
import { keyturn } from '../../../src/contracts/keyturn'
import { minimal } from '../infra/support/synthesise'

function certificate(region: string): string {
  return `arn:aws:acm:${region}:111122223333:certificate/1`
}

/** What a mistake is told as, one line a fault. */
function faultsOf(change: object): readonly string[] {
  try {
    mountsOf(withContractFaults({ ...minimal, ...change }, parseConfig))
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
}

const session = {
  issuer: 'https://id.example',
  audience: 'keyturn',
  jwksUrl: 'https://id.example/jwks.json',
  roleClaim: 'role',
  tenantClaim: 'tenant',
}

const portal = { origin: 'https://hooks.example.com' }

function many(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `https://app-${n}.example.com`)
}

describe('a configuration', () => {
  it('with every field is taken', () => {
    const full = {
      sessions: session,
      mirrorReaders: ['111122223333'],
      endpointsPerTenant: 100_000,
      logRetentionDays: 90,
      logLevel: 'error',
      tracing: 'on',
      alarmEmail: 'ops@example.com',
      domain: { name: 'webhooks.example.com', certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/1' },
      corsOrigins: ['https://app.example.com'],
      portal: {
        origin: 'https://webhooks.example.com',
        embedOrigins: ['https://app.example.com', 'https://xn--bcher-kva.example:8443'],
        returnOrigins: ['https://app.example.com'],
      },
      throttle: { requestsPerSecond: 50, burst: 100 },
      changeThrottle: { requestsPerSecond: 5, burst: 10 },
      reservedConcurrency: { rotate: 20, endpoints: 20, sweep: 2 },
      deliveries: { concurrency: 50, attemptsPerTenant: 25, pauseAfterHours: 6, pauseAfterFailures: 5 },
      roles: { path: '/keyturn/', permissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary' },
      allowedAccountIds: ['111122223333'],
      tableName: 'restored',
      adopt: { table: true, ringKey: '1', mirrorKey: '2' },
      tags: { team: 'platform' },
      backend: { kind: 's3', bucket: 'my-state', region: 'eu-central-1' },
    }
    expect(faultsOf(full)).toEqual([])
  })

  it.each(['eu-central-1', 'eusc-de-east-1', 'us-gov-west-1', 'cn-north-1', 'us-isob-east-1', 'xx-somewhere-12'])(
    'takes the region %s',
    region => expect(faultsOf({ region })).toEqual([]),
  )

  it.each([
    [{ stage: 'Prod' }, /^stage: /],
    [{ stage: 'a'.repeat(21) }, /^stage: /],
    [{ region: 'Frankfurt' }, /^region: .*eu-central-1/],
    [{ contracts: [] }, /^contracts: .*at least one/],
    [{ contracts: [{ contract: 'acme' }] }, /^contracts\.0\.contract: there is no acme; Keyturn has /],
    [{ contracts: [{ contract: 'keyturn', basePath: '/x/' }] }, /^contracts\.0\.basePath: /],
    [{ contracts: [{ contract: 'keyturn', basePath: 'x' }] }, /^contracts\.0\.basePath: /],
    [{ contracts: [{ contract: 'keyturn' }, { contract: 'keyturn', basePath: '/b' }] }, /^contracts: .*keyturn.*twice/],
    [{ contracts: [{ contract: { ...keyturn, secret: keyturn.secret } }] }, /^contracts\.0\.contract: .*another name/],
    [{ contracts: [{ contract: 'tumban' }] }, /^sessions: is missing/],
    [{ sessions: { ...session, jwksUrl: 'http://id.example/jwks.json' } }, /^sessions\.jwksUrl: .*https/],
    [{ sessions: { ...session, issuer: '' } }, /^sessions\.issuer: /],
    [{ sessions: { issuer: 'https://id.example' } }, /^sessions\.audience: is missing/],
    [{ mirror: true }, /^mirror: .*"on" or "off"/],
    [{ mirror: undefined }, /^mirror: is missing/],
    [{ mirrorReaders: ['*'] }, /^mirrorReaders\.0: .*12 digits/],
    [{ logRetentionDays: 31 }, /^logRetentionDays: .*30/],
    [{ alarmEmail: 'nobody' }, /^alarmEmail: /],
    [{ corsOrigins: ['*'] }, /^corsOrigins\.0: /],
    [{ endpointsPerTenant: 0 }, /^endpointsPerTenant: must be at least 1/],
    [{ endpointsPerTenant: 100_001 }, /^endpointsPerTenant: must be at most 100000/],
    [{ endpointsPerTenant: 2.5 }, /^endpointsPerTenant: must be a whole number/],
    [{ portal: 'on' }, /^portal: must be "off", or an object with the origin/],
    [{ portal: {} }, /^portal\.origin: is missing/],
    [{ portal: { ...portal, origins: [] } }, /^portal\.origins: there is no such field/],
    ...[
      'http://hooks.example.com',
      'http://127.0.0.1:4700',
      'https://hooks.example.com/',
      'https://hooks.example.com/portal',
      'https://Hooks.example.com',
      'https://hooks.example.com:443',
      'https://*.example.com',
      "https://a.example.com;script-src'self'",
      'https://a.example.com,b',
      'https://a.example.com https://b.example.com',
      'null',
      '*',
    ].flatMap((origin): readonly (readonly [object, RegExp])[] => [
      [{ portal: { origin } }, /^portal\.origin: must be an origin .*https, one host in lower case, without path/],
      [{ portal: { ...portal, embedOrigins: [origin] } }, /^portal\.embedOrigins\.0: must be an origin/],
      [{ portal: { ...portal, returnOrigins: [origin] } }, /^portal\.returnOrigins\.0: must be an origin/],
    ]),
    [{ portal: { ...portal, embedOrigins: many(21) } }, /^portal\.embedOrigins: must be at most 20/],
    [{ portal: { ...portal, returnOrigins: many(21) } }, /^portal\.returnOrigins: must be at most 20/],
    [
      { portal, domain: { name: 'a.example.com', certificateArn: certificate('eu-central-1') } },
      /^portal: origin must be https:\/\/a\.example\.com, where domain\.name has the API answer/,
    ],
    [
      { portal: { ...portal, embedOrigins: [portal.origin] } },
      /^portal: .*not be among portal\.embedOrigins: .*nothing/,
    ],
    [{ portal: { ...portal, returnOrigins: [portal.origin] } }, /^portal: .*not be among portal\.returnOrigins: /],
    [{ portal, corsOrigins: [portal.origin] }, /^portal: origin must not be among corsOrigins: .*nothing else/],
    [
      { portal, sessions: { ...session, jwksUrl: `${portal.origin}/jwks.json` } },
      /^portal: origin must not be that of sessions\.jwksUrl: .*nothing else/,
    ],
    [
      { portal, contracts: [{ contract: 'thesignup' }] },
      /^portal: is on, and our own API, which it calls, is not among the contracts: mount keyturn/,
    ],
    [
      { portal, contracts: [{ contract: 'keyturn', basePath: '/portal' }] },
      /^contracts: GET \/portal\/health \(keyturn\) is where the portal is \(\/portal\/\{file\}\)/,
    ],
    [{ corsOrigins: ['https://app.example.com/'] }, /^corsOrigins\.0: .*without path and slash/],
    [{ corsOrigins: ['https://app.example.com/portal'] }, /^corsOrigins\.0: /],
    [{ corsOrigins: ['https://App.example.com'] }, /^corsOrigins\.0: /],
    [{ corsOrigins: ['https://app.example.com:443'] }, /^corsOrigins\.0: /],
    [{ corsOrigins: ['http://app.example.com'] }, /^corsOrigins\.0: /],
    [{ domain: { name: 'a.example.com', certificateArn: certificate('us-east-1') } }, /^domain: .*same region/],
    [{ domain: { name: 'a.example.com', certificateArn: 'arn:aws:iam::111122223333:role/x' } }, /^domain\.cert.*ACM/],
    [{ roles: { path: 'keyturn' } }, /^roles\.path: must be \/<path>\//],
    [{ roles: { permissionsBoundary: 'boundary' } }, /^roles\.permissionsBoundary: .*ARN/],
    [{ allowedAccountIds: ['1'] }, /^allowedAccountIds\.0: .*12 digits/],
    [{ allowedAccountIds: [] }, /^allowedAccountIds: must not be empty/],
    [{ deliveries: { vpc: { subnetIds: [], securityGroupIds: ['sg-1'] } } }, /^deliveries\.vpc\.subnetIds: .*empty/],
    [{ deliveries: { vpc: { subnetIds: ['a'], securityGroupIds: ['sg-1'] } } }, /^deliveries\.vpc\.subnetIds\.0: /],
    [{ deliveries: { vpc: { subnetIds: ['subnet-1'] } } }, /^deliveries\.vpc\.securityGroupIds: is missing/],
    [{ tags: { 'aws:team': 'a' } }, /^tags\.aws:team: .*aws:/],
    [{ tags: { '': 'a' } }, /^tags\.?: .*empty/],
    [{ tags: { ['k'.repeat(129)]: 'a' } }, /^tags\.k+: .*128/],
    [{ tags: { team: 'a'.repeat(257) } }, /^tags\.team: .*256/],
    [{ tags: { team: 'a;b' } }, /^tags\.team: must have letters/],
    [{ tags: { 'a*': 'b' } }, /^tags\.a\*: .*letters/],
    [{ tags: { Keyturn: 'b' } }, /^tags\.Keyturn: keyturn is a tag/],
    [{ tags: { team: 'a', Team: 'b' } }, /^tags: .*case/],
    [{ tags: Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`tag-${n}`, ''])) }, /^tags: .* 49/],
    [{ throttle: { requestsPerSecond: 0, burst: 1 } }, /^throttle\.requestsPerSecond: /],
    [{ changeThrottle: { requestsPerSecond: 1, burst: 0 } }, /^changeThrottle\.burst: /],
    [{ reservedConcurrency: { rotate: 0 } }, /^reservedConcurrency\.rotate: must be at least 1/],
    [{ reservedConcurrency: { sweep: 1001 } }, /^reservedConcurrency\.sweep: must be at most 1000/],
    [{ reservedConcurrency: { deliver: 5 } }, /^reservedConcurrency\.deliver: there is no such field/],
    [{ deliveries: { attemptsPerTenant: 26 } }, /^deliveries\.attemptsPerTenant: must be at most half of concurrency/],
    [{ deliveries: { concurrency: 10, attemptsPerTenant: 6 } }, /^deliveries\.attemptsPerTenant: .* half/],
    [{ deliveries: { concurrency: 999, attemptsPerTenant: 101 } }, /^deliveries\.attemptsPerTenant: .* 100/],
    [{ domain: { name: 'example', certificateArn: 'arn:aws:acm:x' } }, /^domain\.name: /],
    [{ adopt: { tabel: true } }, /^adopt\.tabel: there is no such field/],
    [{ retention: 30 }, /^retention: there is no such field/],
    [{ backend: { kind: 's3', bucket: 'b' } }, /^backend\./],
    [
      { backend: { kind: 's3', bucket: 'my-state', region: 'us-east-1', key: 'a' } },
      /^backend: key must have the region/,
    ],
  ])('%j is refused by the name of its field', (change, message) => {
    const faults = faultsOf(change)
    expect(faults).not.toEqual([])
    expect(faults[0]).toMatch(message)
  })

  it.each([
    [{ logRetentionDays: 3288 }],
    [{ portal: 'off', contracts: [{ contract: 'thesignup' }] }],
    [{ portal }],
    [{ portal: { ...portal, embedOrigins: many(20), returnOrigins: many(20) } }],
    [{ portal, domain: { name: 'hooks.example.com', certificateArn: certificate('eu-central-1') } }],
    [{ corsOrigins: ['https://app.example.com:8443', 'http://127.0.0.1:4700'] }],
    [{ tags: { 'cost center': 'Größe +1=a_b.c:d/e@f', a: '' } }],
    [
      {
        region: 'eusc-de-east-1',
        domain: { name: 'a.example.eu', certificateArn: certificate('eusc-de-east-1').replace('aws', 'aws-eusc') },
      },
    ],
    [{ deliveries: { vpc: { subnetIds: ['subnet-0a', '${aws_subnet.a.id}'], securityGroupIds: ['sg-0b'] } } }],
    [{ domain: { name: 'a.example.com', certificateArn: '${aws_acm_certificate.api.arn}' } }],
  ])('%j is taken', change => expect(faultsOf(change)).toEqual([]))

  it('with two mistakes is told both', () => {
    expect(faultsOf({ stage: '', mirror: 'maybe' }).map(fault => fault.split(':')[0])).toEqual(['stage', 'mirror'])
  })
})

describe('the contracts of a configuration', () => {
  const own = { ...keyturn, name: 'acme' }

  it('two contracts with the same routes are refused by the names of both', () => {
    expect(faultsOf({ contracts: [{ contract: 'keyturn' }, { contract: own }] })[0]).toMatch(
      /^contracts: .*keyturn.*acme/,
    )
  })

  it('a contract of your own that contradicts itself is refused by the name of its member', () => {
    const broken = { ...own, operations: [], cooldownSeconds: -1 }
    expect(faultsOf({ contracts: [{ contract: broken, basePath: '/acme' }] })).toEqual([
      'contracts.0.contract: contract acme: operations must not be empty',
      'contracts.0.contract: contract acme: cooldownSeconds must be a whole number, 0 for none',
    ])
  })

  it('are all looked at: each fault of each of them is told at once, and what conflicts among the others', () => {
    const { secret, ...secretless } = own
    const contracts = [
      { contract: { ...own, cooldownSeconds: -1, overlap: { kind: 'fixed', seconds: 0 } }, basePath: '/a' },
      { contract: { ...secretless, name: 'Beta', secrets: secret }, basePath: '/b' },
      { contract: 'nope', basePath: '/c' },
      { contract: { ...own, name: 'tumban', vendorReplays: 'yes' }, basePath: '/d' },
      { contract: 'keyturn' },
      {
        contract: {
          ...own,
          name: 'one',
          operations: own.operations.filter(({ use }) => use === 'create' || use === 'rotate'),
        },
      },
      { contract: 'tumban' },
      { contract: 'tumban', basePath: '/again' },
    ]
    const faults = faultsOf({ contracts })
    expect(faults).toEqual([
      'contracts.0.contract: contract acme: overlap.seconds must be 1 at least, or endless',
      'contracts.0.contract: contract acme: cooldownSeconds must be a whole number, 0 for none',
      'contracts.1.contract: contract Beta: secret must be given',
      expect.stringMatching(/^contracts\.1\.contract: contract Beta: secrets is no member; there are /),
      'contracts.1.contract: contract Beta: name must be lower-case, at most 32 characters',
      expect.stringMatching(/^contracts\.2\.contract: there is no nope; Keyturn has .*, keyturn$/),
      'contracts.3.contract: tumban comes with Keyturn; a contract of your own needs another name',
      'contracts.3.contract: contract tumban: vendorReplays must be true or false',
      'contracts: the contract tumban is mounted twice',
      expect.stringMatching(/^contracts: POST \/v1\/endpoints \(keyturn\) and .* \(one\) are the same route$/),
      expect.stringMatching(/^contracts: .* \(keyturn\) and .* \(one\) are the same route$/),
      'sessions: is missing, and tumban rotates for dashboard sessions only',
    ])
  })

  it.each<[string, object, RegExp]>([
    ['a base path', { contract: 'keyturn', basePath: 'bad' }, /^contracts\.0\.basePath: must be /],
    [
      'a contract that is none',
      { contract: 7 },
      /^contracts\.0\.contract: must be the name of a contract, or a contract$/,
    ],
    ['no contract', {}, /^contracts\.0\.contract: is missing$/],
  ])('are told of their faults beside %s of another', (_, first, fault) => {
    const contracts = [first, { contract: { ...own, cooldownSeconds: -1 } }, { contract: 'nope' }, 7]
    expect(faultsOf({ contracts, mirror: 'up' })).toEqual([
      expect.stringMatching(fault),
      expect.stringMatching(/^contracts\.3: /),
      'mirror: must be "on" or "off"',
      'contracts.1.contract: contract acme: cooldownSeconds must be a whole number, 0 for none',
      expect.stringMatching(/^contracts\.2\.contract: there is no nope; Keyturn has /),
    ])
  })

  it('are those of Keyturn by their names, and those of your own', () => {
    const mounts = mountsOf({ contracts: [{ contract: 'keyturn' }, { contract: own, basePath: '/acme' }] })
    expect(mounts).toEqual([
      { contract: keyturn, basePath: '' },
      { contract: own, basePath: '/acme' },
    ])
  })
})
