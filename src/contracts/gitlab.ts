import { standardWebhooks } from '../verify/schemes'
import type { Contract, OperationOf } from './contract'

// GitLab's webhooks, for the rotation hook: GitLab makes no secrets over its API and takes what it is given. By its
// documentation, from GitLab 19.0 on:
// https://docs.gitlab.com/api/project_webhooks/#edit-a-project-webhook
// https://docs.gitlab.com/api/group_webhooks/#edit-a-group-hook
// https://docs.gitlab.com/user/project/integrations/webhooks/
//
// Our reading:
// - What is rotated is the signing token, by which deliveries are signed as Standard Webhooks says: `whsec_` and the base64
//   of 32 bytes, which are the key. The older secret token is sent along with each delivery as it stands (`X-Gitlab-Token`);
//   a webhook that has both keeps it.
// - `url` is a required member of the edit, so the URL that the webhook has is read first and sent back.
// - Neither token is ever shown. `signing_token_present: true` says that the webhook has one: a GitLab before 19.0, or one
//   that has the feature switched off, ignores the member and answers with a success all the same.
// - A rate limit is 429, with `Retry-After`, or with `RateLimit-Remaining: 0` and `RateLimit-Reset`. Its body is a text.
// - Any access token may stand in `Authorization: Bearer`: a personal, project or group access token with the scope `api`,
//   of a maintainer of the project or an owner of the group.
// - The project or group is a number or the path with its slashes encoded. One that has moved refuses every edit under its
//   old path.

/** Projects' webhooks. The tenant is the project: its number, or `group/project`. */
export const gitlabProject = {
  ...common(),
  name: 'gitlab-project',
  tenant: { from: 'path', parameter: 'project', parts: { least: 1, most: 22, written: 'encoded' } },
  operations: operationsAt('/api/v4/projects/{project}/hooks/{id}'),
} as const satisfies Contract

/** Groups' webhooks. The tenant is the group: its number, or `group/subgroup`. */
export const gitlabGroup = {
  ...common(),
  name: 'gitlab-group',
  tenant: { from: 'path', parameter: 'group', parts: { least: 1, most: 21, written: 'encoded' } },
  operations: operationsAt('/api/v4/groups/{group}/hooks/{id}'),
} as const satisfies Contract

type Operations = readonly [OperationOf<'rotate'>, OperationOf<'get'>]

function operationsAt(path: string): Operations {
  const reply = { status: 200, body: { id: 'id', url: 'url', signing_token_present: { $constant: true } } } as const
  return [
    { use: 'rotate', method: 'PUT', path, reply },
    { use: 'get', method: 'GET', path, reply },
  ]
}

function common() {
  return {
    credentials: {},
    ids: { kind: 'numeric', digits: 8 },
    secret: { prefix: 'whsec_', encoding: 'base64', bytes: 32 },
    signing: standardWebhooks,
    delivery: {
      messageIds: 'uuid',
      userAgent: 'GitLab/keyturn',
      headers: { 'x-gitlab-event': 'eventType', 'x-gitlab-event-uuid': 'eventId', 'idempotency-key': 'messageId' },
      body: 'payload',
      success: '2xx',
      retries: 0,
    },
    overlap: { kind: 'none' },
    idempotencyKey: 'off',
    rotateBody: {
      ownSecret: { field: 'signing_token', minimumBytes: 32, maximumBytes: 32, required: true },
    },
    errors: { body: { message: 'detail' } },
    client: {
      sentBack: { url: 'url' },
      rateLimit: { statuses: [429], remaining: 'ratelimit-remaining', reset: 'ratelimit-reset' },
    },
  } as const
}
