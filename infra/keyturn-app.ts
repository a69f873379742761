import { App } from 'cdktf'
import type { Config } from './config'
import { KeyturnStack } from './keyturn-stack'
import { RetiredStack } from './retired-stack'

export interface KeyturnAppProps {
  readonly config: Config
  /** The folder with the functions' bundles. */
  readonly bundles: string
  /** Takes down what may go of a stage that keeps its data. */
  readonly retire: boolean
}

/** Writes Terraform's input into `cdktf.out`. @throws {ConfigError} */
export function synthesiseApp({ config, bundles, retire }: KeyturnAppProps): void {
  const app = new App()
  const id = `keyturn-${config.stage}`
  if (retire) new RetiredStack(app, id, config)
  else new KeyturnStack(app, id, { config, bundles })
  app.synth()
}
