import { runLocally } from './run-locally'

// `npm start`.

void runLocally(process.argv.slice(2))
