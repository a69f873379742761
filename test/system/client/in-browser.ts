import { drive, type Given } from './drive'

// In a browser's globals: the page calls it with what is given, as JSON, and gets JSON.

Object.assign(globalThis, {
  driveInPage: async (given: string): Promise<string> => JSON.stringify(await drive(JSON.parse(given) as Given)),
})
