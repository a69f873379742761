// Functions are deployed on Node 22, which the AWS SDK does not warn about.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

// These are published as ES modules only, so they are transformed as well as our own code.
const esModulesOnly = [
  'jose',
  'request-filtering-agent',
  '@octokit/webhooks-methods',
  '@seriousme/openapi-schema-validator',
]

const minutes = 60_000

/** What `quick` has of the tests of the whole local run. */
const quickOfSystem = 'local-run|api-docs|client|platform-keys|package|receivers|followed-config'
/** Unit tests that take four seconds and more each: crashes at every call, and what compilers, synths and processes say. */
const slowUnits = [
  'aws/former-functions',
  'cli/(?:arguments|check-contract|redrive)',
  'contracts/structure',
  'delivery/deliver-crash',
  'explain/(?:any-fault|planted-faults)',
  'infra/(?:control-plane|rotated-secret)',
  'local/main',
  'rotation-hook/(?:bundle|unreachable|vendor-failure)',
  'secrets-manager/receiver',
].join('|')

/**
 * What each suite runs; `SUITE` names one, and every test file belongs to one. Nothing is timed: a busy machine only
 * takes longer. The suites besides `quick` take the machine for themselves, one file after the other; Terraform
 * and the browser wait most of their time, so two of their files run at once.
 */
const suites = {
  /** Whatever the others leave; of the faults, a sample. Runs where `SUITE` names none. */
  quick: {
    roots: ['<rootDir>/test'],
    testPathIgnorePatterns: [
      '<rootDir>/test/browser/',
      '<rootDir>/test/deploy/',
      '<rootDir>/test/simulator/',
      `<rootDir>/test/system/(?!${quickOfSystem})`,
      `<rootDir>/test/unit/(?:${slowUnits})\\.test`,
      '/test/faults/(?!.*\\.sample\\.)',
    ],
    maxWorkers: 2,
  },
  /** The local run in each of its ways, the slow unit tests, and that the simulator finds each planted fault. */
  system: {
    roots: ['<rootDir>/test/system', '<rootDir>/test/simulator', '<rootDir>/test/unit'],
    testPathIgnorePatterns: [
      `<rootDir>/test/system/(?:${quickOfSystem})`,
      '<rootDir>/test/system/rollover/',
      '<rootDir>/test/system/neighbours/',
      `<rootDir>/test/unit/(?!(?:${slowUnits})\\.test)`,
    ],
    maxWorkers: 2,
  },
  /** Real Terraform: about ten minutes. */
  deploy: { roots: ['<rootDir>/test/deploy'], maxWorkers: 2, bail: 1, testTimeout: 10 * minutes },
  /** Every fault at every call, where `quick` takes a sample. */
  faults: { roots: ['<rootDir>/test/faults'], testPathIgnorePatterns: ['\\.sample\\.'], maxWorkers: 1 },
  /** Two minutes of deliveries: in one every contract rotates at once, in the other it publishes its keys first. */
  rollover: { roots: ['<rootDir>/test/system/rollover'], maxWorkers: 1 },
  /** What one tenant can do to another's deliveries, in each of seven ways. Prints a table of its figures. */
  neighbours: { roots: ['<rootDir>/test/system/neighbours'], maxWorkers: 1 },
  /** The portal in a real Chromium, against the local run. */
  browser: { roots: ['<rootDir>/test/browser'], maxWorkers: 2 },
}

const suite = suites[process.env.SUITE ?? 'quick']
if (suite === undefined) throw new Error(`SUITE is one of ${Object.keys(suites).join(', ')}`)

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/test/support/test-environment.ts',
  testTimeout: 5 * minutes,
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: [],
  transform: {
    '\\.[jt]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  // It names no file for what is not a module.
  moduleNameMapper: {
    '^@octokit/webhooks-methods$': '<rootDir>/node_modules/@octokit/webhooks-methods/dist-node/index.js',
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModulesOnly.join('|')})/)`],
  ...suite,
}
