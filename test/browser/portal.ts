import type { Locator, Page } from 'playwright-core'
import type { LocalDescription } from '../../local/local-description'
import { apiCaller, type CalledReply, textAt } from '../support/api-caller'

// What a platform does with its API key, and what a person does in the page that it gives them.

/** A platform's own side of one tenant. */
export interface Account {
  readonly tenantId: string
  /** A call of the own API with the platform's key. */
  call(method: string, path: string, body?: unknown): Promise<CalledReply>
  /** An endpoint with its first secret. */
  createEndpoint(body?: object): Promise<MadeEndpoint>
  /** A link for a person of the tenant, by default `ada`, who has just signed in and may do everything. */
  mint(body?: object): Promise<Link>
}

export interface MadeEndpoint {
  readonly id: string
  readonly signingSecret: string
}

export interface Link {
  readonly id: string
  readonly url: string
  readonly expiresAt: string
}

let accounts = 0

/** `tenantId`: one that nobody has yet where absent. */
export function accountAt(local: LocalDescription, tenantId = `org_browser_${(accounts += 1)}`): Account {
  const caller = apiCaller(local.api)
  const token = local.contracts.keyturn.platformApiKey
  const send = async (method: string, path: string, body?: unknown): Promise<CalledReply> =>
    caller.call(method, path, { token, headers: { 'Keyturn-Tenant': tenantId }, body })
  const made = async (path: string, body: object): Promise<CalledReply> => {
    const reply = await send('POST', path, body)
    if (reply.status !== 201) throw new Error(`${reply.request}: ${reply.status} ${reply.text}`)
    return reply
  }
  return {
    tenantId,
    call: send,
    createEndpoint: async (body = {}) => {
      const reply = await made('/v1/endpoints', body)
      return { id: textAt(reply, 'endpoint.id'), signingSecret: textAt(reply, 'signingSecret') }
    },
    mint: async (body = {}) => {
      const reply = await made('/v1/portal-sessions', { ...ada, authenticatedAt: new Date().toISOString(), ...body })
      return { id: textAt(reply, 'id'), url: textAt(reply, 'url'), expiresAt: textAt(reply, 'expiresAt') }
    },
  }
}

const ada = { subject: 'ada', displayName: 'Ada Lovelace', scopes: ['read', 'rotate', 'write', 'test'] }

/** Opens the link, and says that it is one's own. */
export async function openLink(page: Page, { url }: Pick<Link, 'url'>): Promise<void> {
  await page.goto(url)
  await button(page, 'Continue').click()
  await heading(page, 'Webhooks').waitFor()
}

export function button(within: Page | Locator, name: string): Locator {
  return within.getByRole('button', { name, exact: true })
}

export function heading(within: Page | Locator, name: string): Locator {
  return within.getByRole('heading', { name, exact: true })
}
