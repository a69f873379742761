import { tenantBodyHex } from '../verify/schemes'
import { standardDelivery } from './defaults'
import type { Contract } from './contract'

/**
 * Tumban: one secret an organisation, rotated by an admin's dashboard session; the old secret ends at once.
 *
 * Our reading, where its page is silent: API keys are `sk_` and 64 hex characters, and a delivery's body is the payload
 * itself.
 */
export const tumban = {
  name: 'tumban',
  credentials: {
    in: { kind: 'bearer' },
    apiKey: { prefix: 'sk_', encoding: 'hex', bytes: 32 },
    sessions: true,
  },
  tenant: { from: 'credential' },
  ids: { kind: 'fixed', id: 'org' },
  secret: { prefix: '', encoding: 'hex', bytes: 32 },
  signing: tenantBodyHex({
    header: 'x-tumban-signature-v2',
    bodyHeader: 'x-tumban-signature',
    timestamp: 'x-tumban-timestamp',
    tenant: 'x-tumban-org-id',
  }),
  delivery: { ...standardDelivery, body: 'payload' },
  overlap: { kind: 'none' },
  url: 'optional',
  times: 'iso-micros-offset',
  operations: [
    {
      use: 'rotate',
      method: 'POST',
      path: '/api/v2/org/webhook-secret/rotate',
      access: { session: { roles: ['admin'] } },
      reply: { status: 200, body: { webhook_secret: 'signingSecret', rotated_at: 'rotatedAt' } },
    },
    {
      use: 'get',
      method: 'GET',
      path: '/api/v2/org/settings',
      access: { session: { roles: ['admin', 'member'] }, apiKey: {} },
      reply: {
        status: 200,
        body: {
          org_id: 'tenantId',
          default_callback_url: 'url',
          total_scans_completed: 'deliveriesSucceeded',
          total_scans_dropped: 'deliveriesFailed',
          created_at: 'createdAt',
          updated_at: 'updatedAt',
        },
      },
    },
  ],
  tile: {
    section: 'Webhooks',
    title: 'Webhook Secret',
    description:
      'Used to verify incoming webhook payloads. Rotating immediately invalidates the old secret — update your server before rotating.',
    rotate: 'Rotate Secret',
    prompt: 'New secret — copy it now. It won’t be shown again.',
    copy: 'Copy',
  },
  errors: {
    body: { detail: 'detail' },
    words: {
      'missing-credentials': { detail: 'Missing or invalid Authorization header. Expected: Bearer <token>' },
      'expired-token': { detail: 'Token has expired' },
      'invalid-token': { detail: 'Invalid token' },
      'invalid-api-key': { detail: 'Invalid or revoked API key' },
      'role-required': { detail: 'Admin role required' },
      'session-required': {
        detail: 'This endpoint requires a dashboard session. API keys are not permitted.',
      },
      'not-found': { detail: 'Org settings not found' },
      'route-not-found': { detail: 'Not Found' },
      'method-not-allowed': { detail: 'Method Not Allowed' },
    },
  },
} as const satisfies Contract
