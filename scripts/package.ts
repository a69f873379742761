import { build, type BuildOptions } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { buildFunctions, buildWorkerRuntime, consumerFunctionSources, endBuilder, functionSources } from './bundle'

// `npm pack` runs this first: everything that the package has is built into `dist/`.

async function main(): Promise<void> {
  rmSync('dist', { recursive: true, force: true })
  await buildFunctions('dist/functions', { ...functionSources, ...consumerFunctionSources })
  await buildWorkerRuntime('dist/functions')
  await buildPackageEntries('dist')
  await buildCommand('dist')
  await endBuilder()
  execFileSync(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.package.json'], {
    stdio: 'inherit',
  })
}

if (require.main === module) void main()

const verifier = { 'verify/index': 'src/verify/index.ts' }
/** Apart from the verifier, so that nobody's handler loads it. */
const explainer = { 'explain/index': 'src/explain/index.ts' }
const reader = { 'secrets-manager/index': 'src/secrets-manager/index.ts' }
/** Of the AWS provider; `keyturn/infra` looks beside itself. */
const lockFile = '.terraform.lock.hcl'
const infra = { 'infra/index': 'infra/index.ts' }
const contracts = { 'contracts/index': 'config/contracts.ts' }
const peers = ['cdktf', 'constructs', '@cdktf/provider-aws', '@aws-sdk/*']

/**
 * Builds the code that the package's `exports` name into `outDir`. What is bundled needs no dependency; what is external
 * is a peer that whoever uses that entry has anyway.
 */
export async function buildPackageEntries(outDir: string): Promise<void> {
  const options: BuildOptions = { ...bundleOptions(outDir), external: peers }
  await build({ ...options, entryPoints: { ...verifier, ...explainer, ...infra, ...contracts }, format: 'cjs' })
  mkdirSync(join(outDir, 'infra'), { recursive: true })
  copyFileSync(join('infra', lockFile), join(outDir, 'infra', lockFile))
  // Its errors are of the very class that `keyturn/verify` exports, so it takes the verifier from beside it.
  await build({ ...options, entryPoints: reader, format: 'cjs', external: [...peers, '../verify'] })
  // Workers are ES modules: bundled into one, a `require` of Node's modules would be left that nothing answers.
  await build({ ...options, entryPoints: verifier, format: 'esm', outExtension: { '.js': '.mjs' } })
}

/** The local run's storage, which `keyturn start` alone loads; the builder is for a clone. */
const loadedByStart = ['dynalite', 'classic-level', 'memory-level', 'esbuild']

/** Builds the package's `bin`: one file with all that it needs, so that `npx keyturn` needs no peer but for `start`. */
async function buildCommand(outDir: string): Promise<void> {
  await build({
    ...bundleOptions(outDir),
    entryPoints: { 'cli/keyturn': 'cli/keyturn.ts' },
    external: loadedByStart,
    format: 'cjs',
    minify: true,
    mainFields: ['module', 'main'],
    banner: { js: '#!/usr/bin/env node' },
  })
  for (const file of ['package.json', 'package-lock.json']) {
    mkdirSync(join(outDir, lockedFolder), { recursive: true })
    copyFileSync(join(lockedFolder, file), join(outDir, lockedFolder, file))
  }
}

/** What the command installs CDKTF's command line from; it looks beside itself. */
const lockedFolder = 'cli/cdktf-cli'

function bundleOptions(outDir: string): BuildOptions {
  return {
    absWorkingDir: resolve(__dirname, '..'),
    outdir: resolve(outDir),
    bundle: true,
    platform: 'node',
    target: 'node20',
    legalComments: 'none',
    logLevel: 'warning',
  }
}
