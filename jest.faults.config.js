const base = require('./jest.config.js')

// `npm run test:faults`: every fault at every call, where `npm test` takes a part of them.

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/faults'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
}
