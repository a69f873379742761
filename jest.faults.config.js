const base = require('./jest.config.js')

// `npm run test:faults`: every call of a change of a ring, and of a rotation by Secrets Manager at all six contracts, goes
// wrong once.

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/faults'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
  testTimeout: 3 * 60 * 1000,
}
