const base = require('./jest.config.js')

// `npm run test:faults`: every call of a rotation by Secrets Manager goes wrong once, at all six contracts.

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/faults'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
  testTimeout: 3 * 60 * 1000,
}
