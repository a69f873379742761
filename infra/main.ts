import { configFile, inFile, loadConfig } from '../config/load'
import { ConfigError } from '../config/schema'
import { buildFunctions, endBuilder } from '../scripts/bundle'

// The CDKTF app of `cdktf.json`. `KEYTURN_CONFIG` names another configuration, `KEYTURN_RETIRE=1` is how
// `npm run destroy` takes down what may go of a stage that keeps its data.

const bundles = '.build'

/** The bundles are built while CDKTF, which takes as long to load, is loaded. */
async function main(): Promise<void> {
  const config = await loadConfig(configFile())
  const [{ synthesiseApp }] = await Promise.all([import('./stack'), buildFunctions(bundles)])
  await endBuilder()
  const retire = process.env.KEYTURN_RETIRE === '1'
  await inFile(configFile(), async () => synthesiseApp({ config, bundles, retire }))
}

main().catch((error: unknown) => {
  if (!(error instanceof ConfigError)) throw error
  console.error(error.message)
  process.exitCode = 1
})
