const base = require('./jest.config.js')

// `npm run test:rollover`: one minute of deliveries while every contract rotates.

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/rollover'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
}
