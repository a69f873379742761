// Functions are deployed on Node 22, which the AWS SDK does not warn about.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

// jose is published as ES modules only, so it is transformed as well as our own code.
const esModulesOnly = ['jose', 'request-filtering-agent']

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/test/support/test-environment.ts',
  maxWorkers: 2,
  // Tests wait for real processes and sockets. Nothing is timed here: a busy machine only takes longer.
  testTimeout: 5 * 60_000,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['<rootDir>/test/deploy/', '<rootDir>/test/faults/', '<rootDir>/test/rollover/'],
  transform: {
    '\\.[jt]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModulesOnly.join('|')})/)`],
}
