// What docs/api.md asks our own API, in an order in which it can be pasted from top to bottom.

export interface Example {
  /** What the operation does, where that of its use is not enough. The first example's counts. */
  readonly summary?: string
  /** What the request is, or what its reply shows, where that is not plain. */
  readonly says?: string
  /** Lines that come first, and what they are for. */
  readonly before?: { readonly says: string; readonly lines: readonly string[] }
  /** JSON within single quotes. `'$NAME'` puts a variable in. */
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: string
  /** What stands for `{id}`. Default: `$ID`. */
  readonly id?: string
  /** The credential. Default: `$KEY`. */
  readonly key?: string
}

/** What every block can use. */
export const setUp: readonly string[] = [
  'LOCAL=${LOCAL:-$PWD/.keyturn/local.json}',
  `from_local() { node -p "require('$LOCAL').$1"; }`,
  `pick() { node -p "const reply = JSON.parse(require('fs').readFileSync(0, 'utf8')); reply.$1"; }`,
  'wait_until() { until curl -s "$API$1" -H "Authorization: Bearer $KEY" | pick "$2" | grep -q true; do sleep 0.2; done; }',
  'free_port() {',
  `  node -e "require('net').createServer().listen(0, function () { console.log(this.address().port); this.close() })"`,
  '}',
  'API=$(from_local api)',
  'KEY=$(from_local contracts.keyturn.apiKey)',
]

function authorized(key: string): string {
  return `-H "Authorization: Bearer ${key}"`
}

/** A request on the way to another, whose reply the page does not show. */
function ask(request: string, body: string, key = '$KEY'): readonly string[] {
  return [`curl -s ${request} ${authorized(key)} \\`, `  -H 'Content-Type: application/json' -d '${body}'`]
}

/** A variable with what the reply to a request with a body says. */
function keepPosted(variable: string, path: string, body: string, picked: string): readonly string[] {
  return [
    `${variable}=$(curl -s -X POST "$API${path}" ${authorized('$KEY')} \\`,
    `  -H 'Content-Type: application/json' -d '${body}' | pick ${picked})`,
  ]
}

const portalSession = '{"subject": "user-7", "scopes": ["read", "rotate"]}'

/** A variable with what a request's reply says. */
function keep(variable: string, path: string, picked: string, key = '$KEY'): readonly string[] {
  return [`${variable}=$(curl -s "$API${path}" ${authorized(key)} |`, `  pick '${picked}')`]
}

function keyOfAnother(name: string): string {
  return `{"name": "${name}", "tenantIds": ["org_example"], "permissions": ["endpoints:read"], "expiresAt": "'$EXPIRES'"}`
}

const isDelivered = [
  `wait_until "/v1/endpoints/$ID/deliveries" 'data[0]?.status === "success"'`,
  `wait_until "/v1/endpoints/$ID/health" 'lastDeliveryStatus === "success"'`,
]

const receiver = `
env PORT=$PORT SECRET_ID="keyturn/local/$(from_local contracts.keyturn.tenantId)/$ID" \\
  AWS_ENDPOINT_URL=$(from_local aws) AWS_REGION=$(from_local region) \\
  AWS_ACCESS_KEY_ID=$(from_local accessKeyId) AWS_SECRET_ACCESS_KEY=$(from_local secretAccessKey) \\
  node --import tsx --eval '
    const { createServer } = require("node:http")
    const { buffer } = require("node:stream/consumers")
    const { SecretsManagerClient } = require("@aws-sdk/client-secrets-manager")
    const { mirroredSecrets } = require("./src/secrets-manager") // elsewhere: "keyturn/secrets-manager"
    const secrets = mirroredSecrets({ client: new SecretsManagerClient({}), secretId: process.env.SECRET_ID })
    createServer(async (request, reply) => {
      const verified = secrets.verify(await buffer(request), request.headers)
      reply.writeHead(await verified.then(() => 204, () => 401)).end()
    }).listen(process.env.PORT)
  ' > /dev/null 2>&1 &`

/** By operation; their order is the page's. An operation that is left out is told when the page is made. */
export const ownExamples: Readonly<Record<string, readonly Example[]>> = {
  'keyturn.health': [{}],
  'keyturn.list': [{ query: 'status=active&limit=10' }],
  'keyturn.create': [
    {
      says: 'An endpoint of another contract names that as `contract`; its `id`, `secret` and `url` are as that contract has them.',
      body: '{"name": "Orders", "url": "https://receiver.example/orders", "eventTypes": ["order.paid"]}',
      headers: { 'Idempotency-Key': 'create-orders' },
    },
  ],
  'keyturn.get': [
    {
      before: {
        says: 'What follows is about the new endpoint:',
        lines: keep('ID', '/v1/endpoints', 'data.find(each => each.name === "Orders").id'),
      },
    },
  ],
  'keyturn.update': [
    {
      before: {
        says: 'First a receiver, so that deliveries arrive. It verifies with the [mirrored secret](mirror.md):',
        lines: [
          'PORT=$(free_port)',
          ...receiver.trim().split('\n'),
          'RECEIVER=http://127.0.0.1:$PORT',
          'until curl -s -o /dev/null $RECEIVER; do sleep 0.2; done',
        ],
      },
      body: `{"url": "'$RECEIVER'", "description": "Orders that were paid"}`,
    },
  ],
  'keyturn.test': [{ body: '{"eventType": "order.paid"}' }],
  'keyturn.publish': [
    { body: '{"id": "evt_order_7", "type": "order.paid", "payload": {"order": 7, "total": "12.50"}}' },
  ],
  'keyturn.deliveries': [
    {
      before: { says: 'An event is delivered a moment after its reply:', lines: isDelivered },
      query: 'limit=10',
    },
  ],
  'keyturn.attempts': [{ query: 'limit=10' }],
  'keyturn.get-health': [{ summary: 'Read how an endpoint’s deliveries go' }],
  'keyturn.rotate': [
    {
      says: 'Here the new key signs at once, and the one before keeps working for an hour.',
      body: '{"overlapSeconds": 3600, "reason": "yearly"}',
      headers: { 'Idempotency-Key': 'rotate-orders-2026' },
    },
    {
      says: 'Here it is only [published](publish-before-signing.md): receivers get it, and it signs once somebody says so.',
      body: '{"signing": "manual", "overlapSeconds": 3600}',
    },
  ],
  'keyturn.secret-state': [{}],
  'keyturn.probe': [
    { says: 'The receiver takes what the newest key signed, and refuses what nobody signed: it has the key.' },
  ],
  'keyturn.promote': [
    {
      says: 'The probe has shown that the receiver has it, so that its lead of ten minutes need not pass.',
      before: {
        says: 'Which key waits:',
        lines: keep('KEY_ID', '/v1/endpoints/$ID/secret', 'keys.find(each => each.state === "published").id'),
      },
      body: `{"keyId": "'$KEY_ID'", "force": true}`,
    },
  ],
  'keyturn.roll-back': [{}],
  'keyturn.abandon': [{ body: `{"keyId": "'$KEY_ID'", "overlapSeconds": 600}` }],
  'keyturn.revoke-previous': [{}],
  'keyturn.rotations': [{ query: 'limit=2' }],
  'keyturn.audit': [{ query: 'limit=10' }],
  'keyturn.tenant-audit': [{ query: 'limit=2' }],
  'keyturn.send-again': [
    {
      before: {
        says: 'For this a delivery must have failed. A receiver that answers 410 is gone for good, and Keyturn pauses the endpoint; then it gets its URL back:',
        lines: [
          'GONE=$(free_port)',
          `node -e "require('http').createServer((_, reply) => reply.writeHead(410).end()).listen($GONE)" > /dev/null 2>&1 &`,
          'until curl -s -o /dev/null http://127.0.0.1:$GONE; do sleep 0.2; done',
          ...ask('-X PATCH "$API/v1/endpoints/$ID"', `{"url": "http://127.0.0.1:'$GONE'"}`),
          ...ask('-X POST "$API/v1/events"', '{"type": "order.paid", "payload": {"order": 8}}'),
          `wait_until "/v1/endpoints/$ID/deliveries" 'data[0]?.status === "failed"'`,
          `wait_until "/v1/endpoints/$ID/health" 'status === "paused"'`,
          ...ask('-X PATCH "$API/v1/endpoints/$ID"', `{"url": "'$RECEIVER'", "status": "active"}`),
          ...keep('MESSAGE_ID', '/v1/endpoints/$ID/deliveries', 'data[0].id'),
        ],
      },
      id: '$MESSAGE_ID',
    },
  ],
  'keyturn.recover': [
    {
      says: 'That one has arrived, so nothing is left to send again.',
      before: {
        says: 'Whatever failed in the last hour:',
        lines: [...isDelivered, `SINCE=$(node -p 'new Date(Date.now() - 3600_000).toISOString()')`],
      },
      body: `{"since": "'$SINCE'"}`,
    },
  ],
  'keyturn.delete': [{}],
  'keyturn.session': [{}],
  'keyturn.create-portal-session': [
    {
      says: '[portal.md](portal.md) tells more of them. Who opens the link sees the page. Its fragment is the code.',
      body: portalSession,
    },
  ],
  'keyturn.describe-portal-session': [
    {
      before: {
        says: 'A page of the portal, which is at the API’s own origin, takes the code out of its address:',
        lines: keepPosted('LINK', '/v1/portal-sessions', portalSession, 'url'),
      },
      headers: { Origin: '$API' },
      body: `{"code": "'\${LINK#*#}'"}`,
    },
  ],
  'keyturn.exchange-portal-session': [
    {
      headers: { Origin: '$API' },
      body: `{"code": "'\${LINK#*#}'", "nonce": "'$(node -p "crypto.randomBytes(32).toString('base64url')")'"}`,
    },
  ],
  'keyturn.end-portal-sessions': [{ query: 'subject=user-7' }],
  'keyturn.end-portal-session': [
    {
      before: {
        says: 'Another session:',
        lines: keepPosted('PORTAL_SESSION_ID', '/v1/portal-sessions', portalSession, 'id'),
      },
      id: '$PORTAL_SESSION_ID',
    },
  ],
  'keyturn.create-api-key': [
    {
      says: '[api-keys.md](api-keys.md) tells more of them. The reply shows the key, once.',
      before: {
        says: 'API keys are made with a key for all tenants:',
        lines: [
          'PLATFORM_KEY=$(from_local contracts.keyturn.platformApiKey)',
          `EXPIRES=$(node -p 'new Date(Date.now() + 90 * 86_400_000).toISOString()')`,
        ],
      },
      key: '$PLATFORM_KEY',
      body: keyOfAnother('CI'),
    },
  ],
  'keyturn.list-api-keys': [{ key: '$PLATFORM_KEY', query: 'tenant=org_example' }],
  'keyturn.revoke-api-key': [
    {
      before: {
        says: 'That key:',
        lines: keep('API_KEY_ID', '/v1/api-keys?tenant=org_example', 'data[0].id', '$PLATFORM_KEY'),
      },
      key: '$PLATFORM_KEY',
      id: '$API_KEY_ID',
    },
  ],
  'keyturn.end-credentials': [
    {
      before: {
        says: 'Another key of the tenant, which is then ended with all others:',
        lines: ask('-X POST "$API/v1/api-keys"', keyOfAnother('Import'), '$PLATFORM_KEY'),
      },
      key: '$PLATFORM_KEY',
      id: 'org_example',
    },
  ],
}
