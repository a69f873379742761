import type { BuildOptions, Metafile, Plugin } from 'esbuild'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { version } from '../package.json'
import { allContracts } from '../src/contracts/all'
import { type Mount, mountsFile } from '../src/contracts/routes'
import { replaceChangedFile } from './files'
import { openApi } from './openapi/description'
import { deploymentFiles, keepPages, portalFolder } from './portal-files'
import { buildPages } from './portal-pages'

// Bundles the functions with esbuild: for deployments (`infra`), the local run, the package and the tests alike.

/** The functions of a deployment, each with its entry point. */
export const functionSources = {
  rotate: 'lambdas/rotate.ts',
  endpoints: 'lambdas/endpoints.ts',
  sweep: 'lambdas/sweep.ts',
  deliver: 'lambdas/deliver.ts',
  access: 'lambdas/access.ts',
  portal: 'lambdas/portal.ts',
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
  const outdir = resolve(outDir)
  const entries = Object.entries(sources).map(([name, source]) => [`${name}/index`, source])
  const entryPoints = Object.fromEntries(entries) as Record<string, string>
  const { bytes, metafile } = await buildChanged({ ...functionOptions, entryPoints, outdir, plugins: [joseBeside] })
  const readers = Object.keys(sources).filter(name => loadsJose(metafile, name))
  const besides = Object.fromEntries(readers.map(name => [`${name}/jose`, 'src/access/jose.ts']))
  if (readers.length > 0) await buildChanged({ ...functionOptions, entryPoints: besides, outdir })
  if ('portal' in sources) await buildPages(join(outdir, 'portal', portalFolder))
  return Object.keys(sources).map(name => {
    const file = resolve(outDir, name, 'index.js')
    return { name, file, bytes: bytes.get(file) ?? 0 }
  })
}

const functionOptions = {
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
} satisfies BuildOptions

const joseFile = './jose.js'

/** Leaves the library that reads tokens out of a bundle: its code would be parsed at every start, session or not. */
const joseBeside: Plugin = {
  name: 'jose-beside',
  setup: builder => builder.onResolve({ filter: /^\.\/jose$/ }, () => ({ path: joseFile, external: true })),
}

function loadsJose({ outputs }: Metafile, name: string): boolean {
  const [, output] = Object.entries(outputs).find(([path]) => path.endsWith(`${name}/index.js`)) ?? []
  return output?.imports.some(({ path }) => path === joseFile) === true
}

/** A function as the package has it: the bytes that are deployed from there. */
function copyPrebuilt(outDir: string, name: string): Bundle {
  const folder = join(prebuilt ?? root, name)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(each => /\.\w+$/.test(each))
  for (const file of files) replaceChangedFile(resolve(outDir, name, file), readFileSync(join(folder, file)))
  if (name === 'portal') keepPages(resolve(outDir, name, portalFolder), readdirSync(join(folder, portalFolder)))
  return { name, file: resolve(outDir, name, 'index.js'), bytes: readFileSync(join(folder, 'index.js')).length }
}

/** What the functions are built for. */
export interface BuiltFor {
  /** Default: the local ones. */
  readonly mounts?: readonly Mount[]
  /** Default: `on`. */
  readonly mirror?: 'on' | 'off' | undefined
}

/**
 * Builds functions and puts beside each bundle what a deployment puts there: the mounts, and beside `portal` their
 * description too.
 */
export async function buildMounted(
  outDir: string,
  sources?: Readonly<Record<string, string>>,
  { mounts = localMounts, mirror = 'on' }: BuiltFor = {},
): Promise<readonly Bundle[]> {
  const bundles = await buildFunctions(outDir, sources)
  const contracts = mounts.map(({ contract }) => contract)
  const described = openApi({ mounts, contracts, mirror, insecureTargets: true, release: version })
  for (const { name, file } of bundles) {
    const beside =
      name === 'portal'
        ? deploymentFiles(described, mounts).map(each => ({ ...each, name: join(portalFolder, each.name) }))
        : [{ name: mountsFile, content: Buffer.from(JSON.stringify(mounts)) }]
    for (const each of beside) replaceChangedFile(join(dirname(file), each.name), each.content)
  }
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

interface Built {
  /** The size of each file. */
  readonly bytes: ReadonlyMap<string, number>
  readonly metafile: Metafile
}

/** Writes the files that changed. */
async function buildChanged(options: BuildOptions): Promise<Built> {
  const { build } = await import('esbuild')
  const { outputFiles, metafile } = await build({
    ...options,
    metafile: true,
    absWorkingDir: root,
    write: false,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'silent',
  })
  for (const { path, contents } of outputFiles) replaceChangedFile(path, contents)
  return { bytes: new Map(outputFiles.map(({ path, contents }) => [path, contents.length])), metafile }
}

/** Ends the builder's own process, which would otherwise stay until ours ends. Building again starts a new one. */
export async function endBuilder(): Promise<void> {
  if (prebuilt === null) await (await import('esbuild')).stop()
}
