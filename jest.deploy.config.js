const base = require('./jest.config.js')

// `npm run test:deploy`: real Terraform, minutes long, one file after the other.

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/deploy'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
  bail: 1,
  testTimeout: 10 * 60_000,
}
