import { afterAll } from '@jest/globals'
import { App, Testing } from 'cdktf'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Config, stackIdOf } from '../../../../config/config'
import { KeyturnStack } from '../../../../infra/stack'
import { portalFolder } from '../../../../scripts/portal-files'
import { storedFiles } from '../../../deploy/support/stored-files'
import { functionNames } from '../../../../infra/function-statements'

/** Removed once the tests of the file that imports it are through. */
export const folder = mkdtempSync(join(tmpdir(), 'keyturn-infra-'))

afterAll(() => rmSync(folder, { recursive: true }))

/** One resource's arguments, references as `${type.id.attribute}`. */
export type Arguments = Readonly<Record<string, unknown>>

/** A synthesised stack. */
export interface Synthesised {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Arguments>>>>
  readonly data: Readonly<Record<string, object>>
  readonly output: Readonly<Record<string, { readonly value: string }>>
  readonly provider: { readonly aws: readonly Arguments[] }
  readonly terraform: Arguments
  readonly import?: readonly { readonly id: string; readonly to: string }[]
}

export const minimal: Config = {
  stage: 'dev',
  region: 'eu-central-1',
  contracts: [{ contract: 'keyturn' }],
  mirror: 'on',
}

let stacks = 0

/** The stack of this configuration, with bundles that do nothing. */
export function synthesise(config: Config = minimal): Synthesised {
  stacks += 1
  const app = new App({ outdir: join(folder, `out-${stacks}`) })
  const stack = new KeyturnStack(app, stackIdOf(config), { config, bundles: emptyBundles() })
  // The format of Terraform's JSON syntax.
  return JSON.parse(Testing.synth(stack)) as Synthesised
}

function emptyBundles(): string {
  const bundles = join(folder, 'bundles')
  for (const name of functionNames) {
    mkdirSync(join(bundles, name), { recursive: true })
    writeFileSync(join(bundles, name, 'index.js'), `exports.handler = async () => '${name}'\n`)
    writeFileSync(join(bundles, name, 'jose.js'), '')
  }
  const pages = join(bundles, 'portal', portalFolder)
  mkdirSync(pages, { recursive: true })
  for (const name of ['portal.html', 'embed.html', 'mounts.json', 'openapi.json']) {
    for (const ending of ['', '.br', '.gz']) writeFileSync(join(pages, name + ending), 'of an earlier build')
  }
  return bundles
}

/** All resources of a type. */
export function resources({ resource }: Synthesised, type: string): readonly Arguments[] {
  return Object.values(resource[type] ?? {})
}

/** What stands beside a function's bundle as `mounts.json`. */
export function mountsOf(lambda: Arguments): unknown {
  return JSON.parse(String(deployedFiles(lambda).get('mounts.json')))
}

/** The files that a function is deployed with, by name. */
export function deployedFiles({ source_code_hash: sha256 }: Arguments): ReturnType<typeof storedFiles> {
  const zip = `functions/${Buffer.from(String(sha256), 'base64').toString('hex')}.zip`
  const path = readdirSync(folder)
    .map(each => join(folder, each, zip))
    .find(existsSync)
  return storedFiles(readFileSync(path ?? zip))
}
