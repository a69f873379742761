import { sign } from '@octokit/webhooks-methods'
import { type Forge, objectOf, startStrictServer, type StrictReply, type StrictRequest } from './strict-server'

// GitHub's two operations as its REST reference documents them, and the refusals of "Troubleshooting the REST API" and
// "Getting started with the REST API". Deliveries are signed by GitHub's own library.

const token = 'github_pat_test'
export const githubToken = token

interface Config {
  url: string
  content_type: string
  insecure_ssl: string
  secret: string | null
}

export interface GithubOptions {
  /** The path of the webhook's configuration. */
  readonly path: string
  readonly secret: string | null
}

export async function startGithub({ path, secret }: GithubOptions): Promise<Forge> {
  const config: Config = { url: 'https://receiver.example/hooks', content_type: 'json', insecure_ssl: '0', secret }
  const server = await startStrictServer(request => answer(config, path, request))
  return { ...server, secret: () => config.secret, deliver: () => deliver(config) }
}

const documentation = 'https://docs.github.com/rest'

function refusal(status: number, message: string): StrictReply {
  return { status, body: { message, documentation_url: documentation, status: String(status) } }
}

function answer(config: Config, path: string, { method, path: asked, headers, text }: StrictRequest): StrictReply {
  if (headers['user-agent'] === undefined) return { status: 403, body: 'Request forbidden by administrative rules.' }
  const accepted = ['application/vnd.github+json', 'application/json', '*/*']
  if (!accepted.includes(headers.accept ?? '*/*')) return refusal(415, 'Unsupported media type')
  const version = headers['x-github-api-version'] ?? '2022-11-28'
  if (version !== '2022-11-28' && version !== '2026-03-10') return refusal(400, 'Unsupported API version')
  if (headers.authorization === undefined) return refusal(401, 'Requires authentication')
  if (headers.authorization !== `Bearer ${token}`) return refusal(401, 'Bad credentials')
  if (asked !== path) return refusal(404, 'Not Found')
  if (method === 'GET') return { status: 200, body: shown(config) }
  if (method !== 'PATCH') return refusal(404, 'Not Found')
  const body = objectOf(text)
  if (body === null) return refusal(400, 'Problems parsing JSON')
  return patched(config, body)
}

const members = ['url', 'content_type', 'secret', 'insecure_ssl']

function patched(config: Config, body: Readonly<Record<string, unknown>>): StrictReply {
  const unknown = Object.keys(body).find(name => !members.includes(name))
  if (unknown !== undefined) return refusal(422, `Invalid request.\n\n"${unknown}" is not a permitted key.`)
  const wrong = Object.entries(body).find(([, value]) => typeof value !== 'string')
  if (wrong !== undefined) {
    return refusal(422, `Invalid request.\n\nFor 'properties/${wrong[0]}', ${String(wrong[1])} is not a string.`)
  }
  Object.assign(config, body)
  return { status: 200, body: shown(config) }
}

function shown({ secret, ...config }: Config): object {
  return { ...config, ...(secret === null ? {} : { secret: '********' }) }
}

async function deliver({ secret, url }: Config) {
  const body = JSON.stringify({ zen: 'Keep it logically awesome — even with 🦊.', hook: { config: { url } } })
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/044aadd',
    'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'x-github-event': 'ping',
    'x-github-hook-id': '42',
    'x-github-hook-installation-target-type': 'repository',
    ...(secret === null ? {} : { 'x-hub-signature-256': await sign(secret, body) }),
  }
  return { headers, body }
}
