import { build } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { buildFunctions, consumerFunctionSources, endBuilder, functionSources } from '../src/local/build'

// `npm pack` runs this first: everything that the package has is built into `dist/`. What is bundled needs no
// dependency; what is external is a peer that whoever uses that entry has anyway.

const entries = {
  'infra/index': 'infra/index.ts',
  'verify/index': 'src/verify/index.ts',
  'secrets-manager/index': 'src/secrets-manager/index.ts',
}
const peers = ['cdktf', 'constructs', '@cdktf/provider-aws', '@aws-sdk/*']

async function main(): Promise<void> {
  rmSync('dist', { recursive: true, force: true })
  await buildFunctions('dist/functions', { ...functionSources, ...consumerFunctionSources })
  await build({
    entryPoints: entries,
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: peers,
    legalComments: 'none',
    logLevel: 'warning',
  })
  await endBuilder()
  execFileSync(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.package.json'], {
    stdio: 'inherit',
  })
}

void main()
