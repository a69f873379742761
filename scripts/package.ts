import { build, type BuildOptions } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { buildFunctions, buildWorkerRuntime, consumerFunctionSources, endBuilder, functionSources } from './bundle'
import { type PackageEntry, packageEntries, peersOfStart } from './entries'
import { rewriteDocuments } from './packed-docs'
import { leaveOut } from './peers'

// `npm pack` runs this first: everything that the package has is built into `dist/`, and its documents are made ready.

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
  rewriteDocuments('.')
}

if (require.main === module) void main()

/** Of the AWS provider; `keyturn/infra` looks beside itself. */
const lockFile = '.terraform.lock.hcl'

/**
 * Builds the code that the package's `exports` name into `outDir`. What is bundled needs no dependency; what is left out
 * is a peer that whoever uses that entry has anyway.
 */
export async function buildPackageEntries(outDir: string): Promise<void> {
  await Promise.all(packageEntries.map(entry => buildEntry(outDir, entry)))
  copyFileSync(join('infra', lockFile), join(outDir, 'infra', lockFile))
}

async function buildEntry(outDir: string, { name, source, peers, beside = [], esModuleFor = [] }: PackageEntry) {
  const options: BuildOptions = {
    ...bundleOptions(outDir),
    entryPoints: { [`${name}/index`]: source },
    external: beside.map(other => `../${other}`),
    plugins: [leaveOut(name, peers)],
  }
  await build({ ...options, format: 'cjs' })
  if (esModuleFor.length > 0) await build({ ...options, format: 'esm', outExtension: { '.js': '.mjs' } })
}

/** The local run's storage, which `keyturn start` alone loads; the builder is for a clone. */
const loadedByStart = [...peersOfStart, 'esbuild']

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
