import { App, AssetType, TerraformAsset } from 'cdktf'
import { Construct } from 'constructs'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Mount, mountsFile } from '../src/contracts/routes'
import { storedZip } from './stored-zip'

export interface FunctionCodeProps {
  /** The built file. */
  readonly bundle: string
  /** The contracts of the deployment: none is in the bundle. */
  readonly mounts: readonly Mount[]
}

/** The zip that is deployed: the bundle as it was built, and the mounted contracts beside it. */
export class FunctionCode extends Construct {
  /** Relative to the folder that Terraform runs in. */
  readonly file: string
  /** SHA-256 of the zip in base64, which is what Lambda calls `CodeSha256`. */
  readonly sha256: string

  constructor(scope: Construct, id: string, { bundle, mounts }: FunctionCodeProps) {
    super(scope, id)
    if (!existsSync(bundle)) throw new Error(`there is no bundle at ${bundle}`)
    const zip = storedZip([
      { name: 'index.js', content: readFileSync(bundle) },
      { name: mountsFile, content: Buffer.from(JSON.stringify(mounts)) },
    ])
    const digest = createHash('sha256').update(zip).digest()
    this.sha256 = digest.toString('base64')
    const path = join(outputFolder(this), `${digest.toString('hex')}.zip`)
    writeFileSync(path, zip)
    this.file = new TerraformAsset(this, 'zip', { path, type: AssetType.FILE, assetHash: digest.toString('hex') }).path
  }
}

function outputFolder(scope: Construct): string {
  const folder = resolve(App.of(scope).outdir, 'functions')
  mkdirSync(folder, { recursive: true })
  return folder
}
