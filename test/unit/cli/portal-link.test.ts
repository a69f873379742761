import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { commandFault } from '../../../cli/faults'
import { keyVariable, portalLink, type PortalLinkOptions } from '../../../cli/portal-link'

// What an operator reads of a mistake. What it makes is tried against the local run.

let server: Server
let errors: readonly { readonly path: string; readonly message: string }[]

beforeEach(async () => {
  process.env[keyVariable] = 'kt_secret'
  errors = []
  server = createServer((_, response) => {
    const problem = { code: 'invalid-request', detail: 'The request is not valid.', status: 400, errors }
    response.writeHead(400, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(() => {
  Reflect.deleteProperty(process.env, keyVariable)
  server.close()
})

async function faultOf(options: PortalLinkOptions): Promise<string> {
  try {
    return (await portalLink({ options, args: [], say: () => {} })).lines.join()
  } catch (error) {
    return commandFault(error)
  }
}

function api(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('keyturn portal-link', () => {
  it('names the tenant that is none, before it looks for an API', async () => {
    const fault = '--tenant takes 1 to 128 of A-Z a-z 0-9 _ . : -, not "bad/id"'
    expect(await faultOf({ tenant: 'bad/id' })).toBe(fault)
    expect(await faultOf({ tenant: 'bad/id', api: api() })).toBe(fault)
  })

  it.each(['https://user:pw@hooks.example', 'https://hooks.example?x=1', 'https://hooks.example#x', 'x'])(
    'names the API %j that is none',
    async url => {
      expect(await faultOf({ api: url })).toBe(
        '--api must be the https URL of the API, without user, query and fragment; http on this machine alone',
      )
    },
  )

  it('names the variable of an API key that is none, and does not show it', async () => {
    process.env[keyVariable] = 'kt_ secret'
    expect(await faultOf({ api: api() })).toBe(
      `--api needs an API key with portal:write in the environment variable ${keyVariable}, which holds something else`,
    )
  })

  it('names the options that the API refuses', async () => {
    errors = [
      { path: 'subject', message: 'must be an opaque id' },
      { path: 'endpointIds.1', message: 'must be the id of an endpoint' },
      { path: 'Keyturn-Tenant', message: 'must name a tenant' },
    ]
    expect(await faultOf({ api: api() })).toBe(
      '--subject must be an opaque id; --endpoint must be the id of an endpoint; --tenant must name a tenant',
    )
  })
})
