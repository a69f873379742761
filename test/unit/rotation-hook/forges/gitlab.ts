import { Webhook } from 'standardwebhooks'
import { type Forge, objectOf, startStrictServer, type StrictReply, type StrictRequest } from './strict-server'

// GitLab's webhook as "Project webhooks API" and "Group webhooks API" document it: the read, and the edit with its required
// `url`. Deliveries are signed by the library of Standard Webhooks.

const token = 'glpat-test'
export const gitlabToken = token

interface Hook {
  url: string
  token: string | null
  signingToken: string | null
}

export interface GitlabOptions {
  /** The path of the webhook. */
  readonly path: string
  readonly signingToken: string | null
  /** Before 19.0, or with the feature switched off, the signing token is ignored. */
  readonly knowsSigningTokens?: boolean
}

export async function startGitlab(options: GitlabOptions): Promise<Forge> {
  const { path, signingToken, knowsSigningTokens = true } = options
  const hook: Hook = { url: 'https://receiver.example/{secret_path}', token: 'older', signingToken }
  const server = await startStrictServer(request => answer({ hook, path, knowsSigningTokens }, request))
  return { ...server, secret: () => hook.signingToken, deliver: async () => deliver(hook) }
}

interface Api {
  readonly hook: Hook
  readonly path: string
  readonly knowsSigningTokens: boolean
}

function answer(api: Api, { method, path, headers, text }: StrictRequest): StrictReply {
  const given = headers['private-token'] ?? headers.authorization?.replace(/^Bearer /, '')
  if (given !== token) return { status: 401, body: { message: '401 Unauthorized' } }
  if (path !== api.path) return { status: 404, body: { message: '404 Not found' } }
  if (method === 'GET') return { status: 200, body: shown(api) }
  if (method !== 'PUT') return { status: 405, body: { error: '405 Not Allowed' } }
  if (headers['content-type'] !== 'application/json') {
    return { status: 406, body: { error: 'The requested content-type is not supported.' } }
  }
  const body = objectOf(text)
  if (body === null) return { status: 400, body: { message: '400 Bad request - Cannot parse request body' } }
  return edited(api, body)
}

function edited(api: Api, body: Readonly<Record<string, unknown>>): StrictReply {
  const { url, signing_token: signingToken } = body
  if (url === undefined) return { status: 400, body: { error: 'url is missing' } }
  if (typeof url !== 'string' || !/^https?:\/\//.test(url)) return { status: 400, body: { error: 'url is invalid' } }
  if (api.knowsSigningTokens && signingToken !== undefined) {
    if (!isSigningToken(signingToken)) {
      return { status: 422, body: { message: { signing_token: ['must be in whsec_<base64> format'] } } }
    }
    api.hook.signingToken = signingToken
  }
  // A webhook whose URL changes loses its secret token.
  if (url !== api.hook.url) Object.assign(api.hook, { url, token: null })
  return { status: 200, body: shown(api) }
}

function isSigningToken(value: unknown): value is string {
  if (typeof value !== 'string' || !/^whsec_[A-Za-z0-9+/]+=*$/.test(value)) return false
  return Buffer.from(value.slice('whsec_'.length), 'base64').length === 32
}

function shown({ hook, knowsSigningTokens }: Api): object {
  return {
    id: 7,
    url: hook.url,
    name: 'Hook name',
    push_events: true,
    enable_ssl_verification: true,
    alert_status: 'executable',
    disabled_until: null,
    url_variables: [{ key: 'secret_path' }],
    created_at: '2012-10-12T17:04:47Z',
    token_present: hook.token !== null,
    ...(knowsSigningTokens ? { signing_token_present: hook.signingToken !== null } : {}),
  }
}

function deliver({ signingToken, token: secretToken }: Hook) {
  const body = JSON.stringify({ object_kind: 'push', ref: 'refs/heads/main', user_name: 'Zoë' })
  const id = '9cebe914-4827-408f-b014-cfa23a47a35f'
  const now = new Date()
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'GitLab/19.0.0',
    'idempotency-key': id,
    'x-gitlab-event': 'Push Hook',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    ...(secretToken === null ? {} : { 'x-gitlab-token': secretToken }),
    ...(signingToken === null ? {} : { 'webhook-signature': new Webhook(signingToken).sign(id, now, body) }),
  }
  return { headers, body }
}
