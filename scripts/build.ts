import { buildFunctions, consumerFunctionSources, functionSources } from '../src/local/build'

// Builds the functions' bundles into `.build/` and prints their sizes.
async function main(): Promise<void> {
  for (const { name, bytes } of await buildFunctions('.build', { ...functionSources, ...consumerFunctionSources })) {
    console.log(`${name.padEnd(16)} ${(bytes / 1024).toFixed(1)} KB`)
  }
}

void main()
