import { bodyHex } from '../verify/schemes'
import type { Contract, OperationOf } from './contract'

// GitHub's webhooks, for the rotation hook: GitHub makes no secrets and takes what it is given. By its documentation:
// https://docs.github.com/en/rest/repos/webhooks#update-a-webhook-configuration-for-a-repository
// https://docs.github.com/en/rest/orgs/webhooks#update-a-webhook-configuration-for-an-organization
// https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
//
// Our reading:
// - The `…/config` of a webhook is patched, and not the webhook: a PATCH of the webhook takes its configuration as a whole,
//   and one that leaves a member out removes it.
// - A success shows `"secret": "********"`. One that does not has no secret.
// - A rate limit is 403 or 429: with `Retry-After`, with `X-RateLimit-Remaining: 0`, or with a message that says so. Any
//   other 403 is a want of rights.
// - A repository or an organization that was renamed answers with a redirect within the API, which is to be followed.
// - 2022-11-28 is the version that every instance knows, GitHub Enterprise Server from 3.9 on among them. The newer one,
//   2026-03-10, says nothing else of these operations.
// - A repository's token needs "Webhooks: write" (or `write:repo_hook`), an organization's "Organization webhooks: write"
//   (or `admin:org_hook`). Without it GitHub answers 404, like for a webhook that does not exist.
// - No page says how long a secret may be. Ours have 64 characters. One that receivers had before is kept from 16 bytes on,
//   so that no `changeme` verifies a delivery.

/** Repositories' webhooks. The tenant is `owner/repository`. */
export const githubRepository = {
  ...common(),
  name: 'github-repository',
  tenant: {
    from: 'path',
    parameter: 'repository',
    parts: { least: 2, most: 2, written: 'segments' },
  },
  operations: operationsAt('/repos/{repository}/hooks/{id}/config'),
} as const satisfies Contract

/** Organizations' webhooks. The tenant is the organization. */
export const githubOrganization = {
  ...common(),
  name: 'github-organization',
  tenant: { from: 'path', parameter: 'org' },
  operations: operationsAt('/orgs/{org}/hooks/{id}/config'),
} as const satisfies Contract

type Operations = readonly [OperationOf<'rotate'>, OperationOf<'get'>]

function operationsAt(path: string): Operations {
  const reply = { status: 200, body: { secret: { $constant: '********' }, url: 'url' } } as const
  return [
    { use: 'rotate', method: 'PATCH', path, reply },
    { use: 'get', method: 'GET', path, reply },
  ]
}

function common() {
  return {
    credentials: {},
    ids: { kind: 'numeric', digits: 9 },
    secret: { prefix: '', encoding: 'hex', bytes: 32 },
    signing: bodyHex({ header: 'x-hub-signature-256', prefix: 'sha256=' }),
    delivery: {
      messageIds: 'uuid',
      userAgent: 'GitHub-Hookshot/keyturn',
      headers: { 'x-github-delivery': 'messageId', 'x-github-event': 'eventType', 'x-github-hook-id': 'endpointId' },
      body: 'payload',
      success: '2xx',
      // A delivery that fails is sent again when somebody asks for it.
      retries: 0,
    },
    overlap: { kind: 'none' },
    idempotencyKey: 'off',
    rotateBody: {
      ownSecret: { field: 'secret', minimumBytes: 16, maximumBytes: 1024, required: true, free: true },
    },
    apiVersions: { header: 'x-github-api-version', known: ['2022-11-28'] },
    errors: { body: { message: 'detail', status: 'status' } },
    client: {
      headers: { accept: 'application/vnd.github+json' },
      rateLimit: {
        statuses: [403, 429],
        remaining: 'x-ratelimit-remaining',
        reset: 'x-ratelimit-reset',
        words: 'rate limit',
      },
      redirects: 'same-origin',
    },
  } as const
}
