import { configFile, namingFile, loadConfig } from '../config/load'
import { ConfigError } from '../config/schema'
import { buildFunctions, endBuilder } from '../scripts/bundle'

// The CDKTF app of `cdktf.json`. `KEYTURN_CONFIG` names another configuration. `npm run destroy` sets `KEYTURN_RETIRE=1` to
// take down a stage that keeps its data.

const bundles = '.build'

/** Builds the bundles while CDKTF loads, which takes as long. */
async function main(): Promise<void> {
  const config = await loadConfig(configFile())
  const [{ synthesiseApp }] = await Promise.all([import('./stack'), buildFunctions(bundles)])
  await endBuilder()
  const retire = process.env.KEYTURN_RETIRE === '1'
  await namingFile(configFile(), async () => synthesiseApp({ config, bundles, retire }))
}

main().catch((error: unknown) => {
  if (!(error instanceof ConfigError)) throw error
  console.error(error.message)
  process.exitCode = 1
})
