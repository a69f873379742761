import { startAbout, startOptionLines, startUsage } from './options'
import { runLocally } from './run-locally'

// `npm start`. With the package it is `keyturn start`.

const args = process.argv.slice(2)
if (args.includes('--help') || args.includes('-h')) {
  console.log([`Usage: npm start -- ${startUsage}`, '', startAbout, '', 'Options:', ...startOptionLines].join('\n'))
} else void runLocally(args)
