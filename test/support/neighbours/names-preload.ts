import dns from 'node:dns/promises'
import { preloadInWorkers } from '../preload/in-workers'

// Loaded before everything else in a local run, and in each of its workers: names are looked up at the test's own server.

declare const DNS_SERVER: string

dns.Resolver = class extends dns.Resolver {
  constructor(...options: ConstructorParameters<typeof dns.Resolver>) {
    super(...options)
    this.setServers([DNS_SERVER])
  }
}
preloadInWorkers(__filename)
