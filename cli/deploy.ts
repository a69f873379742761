import { configFile, loadConfig } from '../config/load'
import { cdktf, runScript } from './cdktf'

// `npm run deploy` and `npm run diff`. A mistake in the configuration is told before CDKTF, which is large, is fetched.

void runScript(async () => {
  await loadConfig(configFile())
  process.exitCode = cdktf(process.argv.slice(2))
})
