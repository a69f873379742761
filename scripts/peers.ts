import type { Plugin } from 'esbuild'
import { peerDependencies } from '../package.json'

// Packages that the package leaves to whoever uses it. One that is not installed is told by name.

/** The command that installs them: `npm install cdktf@0.21 constructs@10`. */
export function installCommand(names: readonly string[]): string {
  const ranges: Readonly<Record<string, string>> = peerDependencies
  return `npm install ${names.map(name => `${name}@${majorOf(ranges[name] ?? '*')}`).join(' ')}`
}

/** Of `^3.1000.0`: 3. Of `^0.21.0`: 0.21. */
function majorOf(range: string): string {
  return /^\^(0\.\d+|\d+)/.exec(range)?.[1] ?? range
}

/** Leaves the peers of an entry out of its bundle, and lets it say which one is missing once it is loaded. */
export function leaveOut(entry: string, peers: readonly string[]): Plugin {
  const isPeer = (path: string): boolean => peers.some(peer => path === peer || path.startsWith(`${peer}/`))
  return {
    name: 'peers',
    setup: build => {
      build.onResolve({ filter: /^[^./]/ }, ({ path, namespace }) => {
        if (!isPeer(path)) return null
        return namespace === 'peer' ? { path, external: true } : { path, namespace: 'peer' }
      })
      build.onLoad({ filter: /.*/, namespace: 'peer' }, ({ path }) => ({ contents: loading(path, entry, peers) }))
    },
  }
}

/** A package that is there and lacks something itself says so in its own words. */
function loading(path: string, entry: string, peers: readonly string[]): string {
  const peer = peers.find(each => path === each || path.startsWith(`${each}/`)) ?? path
  const message = `keyturn/${entry} needs ${peer}, which is not installed: ${installCommand(peers)}`
  return `
    try {
      module.exports = require(${JSON.stringify(path)})
    } catch (error) {
      const isMissing = error.code === 'MODULE_NOT_FOUND' && error.message.includes(${JSON.stringify(`'${path}'`)})
      throw isMissing ? Object.assign(new Error(${JSON.stringify(message)}), { code: error.code }) : error
    }`
}
