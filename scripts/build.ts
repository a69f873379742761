import { buildMounted, consumerFunctionSources, functionSources } from './bundle'

// Builds the functions' bundles into `.build/`, as the local run does, and prints their sizes.
async function main(): Promise<void> {
  for (const { name, bytes } of await buildMounted('.build', { ...functionSources, ...consumerFunctionSources })) {
    console.log(`${name.padEnd(16)} ${(bytes / 1024).toFixed(1)} KB`)
  }
}

void main()
