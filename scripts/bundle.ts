import type { BuildOptions } from 'esbuild'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { allContracts } from '../src/contracts/all'
import { type Mount, mountsFile } from '../src/contracts/routes'
import { replaceChangedFile } from './files'

// Bundles the functions with esbuild: for deployments (`infra`), the local run, the package and the tests alike.

/** The functions of a deployment, each with its entry point. */
export const functionSources = {
  rotate: 'lambdas/rotate.ts',
  endpoints: 'lambdas/endpoints.ts',
  sweep: 'lambdas/sweep.ts',
  deliver: 'lambdas/deliver.ts',
} as const

/** The function on a consumer's side. */
export const consumerFunctionSources = { 'rotation-hook': 'lambdas/rotation-hook.ts' } as const

export interface Bundle {
  readonly name: string
  /** The built file; it exports `handler`. */
  readonly file: string
  readonly bytes: number
}

const root = resolve(__dirname, '..')

/** Where the package has what a clone builds; null in a clone. */
const prebuilt = existsSync(join(root, 'functions')) ? join(root, 'functions') : null

/**
 * Builds each function into `<outDir>/<name>/index.js`: the very bytes that are deployed. A file that would not change is
 * left alone.
 */
export async function buildFunctions(
  outDir: string,
  sources: Readonly<Record<string, string>> = functionSources,
): Promise<readonly Bundle[]> {
  if (prebuilt !== null) return Object.keys(sources).map(name => copyPrebuilt(outDir, name))
  const bytes = await buildChanged({
    entryPoints: Object.fromEntries(Object.entries(sources).map(([name, source]) => [`${name}/index`, source])),
    outdir: resolve(outDir),
    target: 'node22',
    // Node has them since version 10; esbuild otherwise keeps a library's unused expression, compiled at every start.
    supported: { 'regexp-unicode-property-escapes': true },
    minify: true,
    mainFields: ['module', 'main'],
    legalComments: 'none',
    alias: {
      '@aws-sdk/credential-provider-node': join(root, 'scripts/aliases/lambda-credentials.ts'),
      '@aws-sdk/signature-v4-multi-region': join(root, 'scripts/aliases/regional-signer.ts'),
    },
  })
  return Object.keys(sources).map(name => {
    const file = resolve(outDir, name, 'index.js')
    return { name, file, bytes: bytes.get(file) ?? 0 }
  })
}

/** A function as the package has it: the bytes that are deployed from there. */
function copyPrebuilt(outDir: string, name: string): Bundle {
  const file = resolve(outDir, name, 'index.js')
  const contents = readFileSync(join(prebuilt ?? root, name, 'index.js'))
  replaceChangedFile(file, contents)
  return { name, file, bytes: contents.length }
}

/** Builds functions and puts the mounts, by default the local ones, beside each bundle, where a deployment puts its own. */
export async function buildMounted(
  outDir: string,
  sources?: Readonly<Record<string, string>>,
  mounts: readonly Mount[] = localMounts,
): Promise<readonly Bundle[]> {
  const bundles = await buildFunctions(outDir, sources)
  const written = Buffer.from(JSON.stringify(mounts))
  for (const { file } of bundles) replaceChangedFile(join(dirname(file), mountsFile), written)
  return bundles
}

/** What runs locally: every contract that comes with Keyturn, at its documented paths. */
export const localMounts: readonly Mount[] = allContracts.map(contract => ({ contract, basePath: '' }))

/** Builds what runs inside a worker thread around a bundle, and returns its file. */
export async function buildWorkerRuntime(outDir: string): Promise<string> {
  const file = resolve(outDir, 'local-worker/index.js')
  if (prebuilt !== null) return copyPrebuilt(outDir, 'local-worker').file
  await buildChanged({ entryPoints: ['local/worker-runtime.ts'], outfile: file, target: 'node20' })
  return file
}

/** Writes the files that changed. Returns the size of each, in bytes. */
async function buildChanged(options: BuildOptions): Promise<ReadonlyMap<string, number>> {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    ...options,
    absWorkingDir: root,
    write: false,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'silent',
  })
  for (const { path, contents } of outputFiles) replaceChangedFile(path, contents)
  return new Map(outputFiles.map(({ path, contents }) => [path, contents.length]))
}

/** Ends the builder's own process, which would otherwise stay until ours ends. Building again starts a new one. */
export async function endBuilder(): Promise<void> {
  if (prebuilt === null) await (await import('esbuild')).stop()
}
