// The ways into the package. Whatever has to know them reads this table; a test compares it with `exports`, with the
// types that are built and with the README.

/** One way in: `keyturn/<name>`. */
export interface PackageEntry {
  readonly name: string
  /** What is built, from the root. */
  readonly source: string
  /** Packages that whoever uses it installs besides. */
  readonly peers: readonly Peer[]
  /** Other entries of which it takes the very code, and no copy: an error of both is then of one class. */
  readonly beside?: readonly string[]
  /** Conditions under which it is an ES module; under all others it is CommonJS, of which there is one in a process. */
  readonly esModuleFor?: readonly string[]
}

/** As `peerDependencies` name them. */
export type Peer = '@aws-sdk/client-secrets-manager' | '@cdktf/provider-aws' | 'cdktf' | 'constructs'

export const packageEntries: readonly PackageEntry[] = [
  { name: 'infra', source: 'infra/index.ts', peers: ['cdktf', 'constructs', '@cdktf/provider-aws'] },
  { name: 'contracts', source: 'config/contracts.ts', peers: [] },
  // Workers are ES modules: bundled into one, a `require` of Node's modules would be left that nothing answers.
  { name: 'verify', source: 'src/verify/index.ts', peers: [], esModuleFor: ['workerd'] },
  // Apart from the verifier, so that nobody's handler loads it.
  { name: 'explain', source: 'src/explain/index.ts', peers: [] },
  { name: 'client', source: 'src/client/index.ts', peers: [], esModuleFor: ['workerd', 'browser'] },
  {
    name: 'secrets-manager',
    source: 'src/secrets-manager/index.ts',
    peers: ['@aws-sdk/client-secrets-manager'],
    beside: ['verify'],
  },
]

/** What the command's `start` alone loads. */
export const peersOfStart = ['dynalite', 'classic-level', 'memory-level'] as const

/** What `start` shows its page of all routes with. Without it there is none, and all else works. */
export const peersOfPage = ['swagger-ui-dist'] as const

/** An entry as `exports` of package.json says it. */
export function exportOf({ name, source, esModuleFor = [] }: PackageEntry): Readonly<Record<string, string>> {
  return {
    types: `./dist/types/${source.replace(/\.ts$/, '.d.ts')}`,
    ...Object.fromEntries(esModuleFor.map(condition => [condition, `./dist/${name}/index.mjs`])),
    default: `./dist/${name}/index.js`,
  }
}
