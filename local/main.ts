import { runLocally } from './run-locally'

// `npm start`. With the package it is `keyturn start`.

void runLocally(process.argv.slice(2))
