import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { buildFunctions, consumerFunctionSources, endBuilder, functionSources } from '../src/local/build'
import { buildPackageEntries } from './package-entries'

// `npm pack` runs this first: everything that the package has is built into `dist/`.

async function main(): Promise<void> {
  rmSync('dist', { recursive: true, force: true })
  await buildFunctions('dist/functions', { ...functionSources, ...consumerFunctionSources })
  await buildPackageEntries('dist')
  await endBuilder()
  execFileSync(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.package.json'], {
    stdio: 'inherit',
  })
}

void main()
