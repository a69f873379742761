import { App } from 'cdktf'
import { buildFunctions } from '../src/local/build'
import { KeyturnStack } from './keyturn-stack'
import { configFile, loadConfig } from './load-config'
import { ConfigError } from './parse-config'
import { RetiredStack } from './retired-stack'

// The CDKTF app of `cdktf.json`. `KEYTURN_CONFIG` names another configuration, `KEYTURN_RETIRE=1` is how
// `npm run destroy` takes down what may go of a stage that keeps its data.

async function main(file: string): Promise<void> {
  const config = await loadConfig(file)
  const app = new App()
  const id = `keyturn-${config.stage}`
  if (process.env.KEYTURN_RETIRE === '1') {
    new RetiredStack(app, id, config)
  } else {
    await buildFunctions('.build')
    new KeyturnStack(app, id, { config, bundles: '.build' })
  }
  app.synth()
}

const file = configFile()
main(file).catch((error: unknown) => {
  if (!(error instanceof ConfigError)) throw error
  for (const line of error.message.split('\n')) console.error(`${file}: ${line}`)
  process.exitCode = 1
})
