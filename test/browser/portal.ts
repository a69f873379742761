import { randomUUID } from 'node:crypto'
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
  /** As `mint`, with another API key. */
  mintWith(apiKey: string, body?: object): Promise<Link>
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

/** `tenantId`: one that nobody has yet where absent. */
export function accountAt(local: LocalDescription, tenantId: string = randomUUID()): Account {
  const caller = apiCaller(local.api)
  const ofPlatform = local.contracts.keyturn.platformApiKey
  const headers = { 'Keyturn-Tenant': tenantId }
  const made = async (path: string, body: object, token = ofPlatform): Promise<CalledReply> => {
    const reply = await caller.call('POST', path, { token, headers, body })
    if (reply.status !== 201) throw new Error(`${reply.request}: ${reply.status} ${reply.text}`)
    return reply
  }
  const mintWith = async (apiKey: string, body: object = {}): Promise<Link> => {
    const session = { ...ada, authenticatedAt: new Date().toISOString(), ...body }
    const reply = await made('/v1/portal-sessions', session, apiKey)
    return { id: textAt(reply, 'id'), url: textAt(reply, 'url'), expiresAt: textAt(reply, 'expiresAt') }
  }
  return {
    tenantId,
    call: (method, path, body) => caller.call(method, path, { token: ofPlatform, headers, body }),
    createEndpoint: async body => {
      const reply = await made('/v1/endpoints', { url: 'https://hooks.example.com/keyturn', ...body })
      return { id: textAt(reply, 'endpoint.id'), signingSecret: textAt(reply, 'signingSecret') }
    },
    mint: body => mintWith(ofPlatform, body),
    mintWith,
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

/** Opens an endpoint from the list. */
export async function openEndpoint(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name, exact: true }).click()
  await heading(page, name).waitFor()
}

/** The dialog with that heading, once it is there. */
export async function dialog(page: Page, name: string): Promise<Locator> {
  const found = page.getByRole('dialog', { name, exact: true })
  await found.waitFor()
  return found
}

/** Goes to a view of the endpoint whose page is open. */
export async function openView(page: Page, name: 'Keys' | 'Deliveries' | 'Settings' | 'History'): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Views of this endpoint' })
    .getByRole('link', { name, exact: true })
    .click()
}

/** A table's rows, each with the texts of its cells. */
export async function rowsOf(page: Page, caption: string): Promise<readonly (readonly string[])[]> {
  const rows = page.getByRole('table', { name: caption, exact: true }).locator('tbody tr')
  await rows.first().waitFor()
  return Promise.all((await rows.all()).map(row => row.locator('th, td').allInnerTexts()))
}

/** What a receiver can do, as the one question has it. */
export type Answer = 'It reads them from Secrets Manager' | 'It can hold two secrets' | 'No, one secret at a time'

/** Rotates by the button that the endpoint's page shows, and resolves to the card of the new secret. */
export async function rotate(page: Page, answer: Answer): Promise<Locator> {
  await confirmRotation(page, answer)
  return dialog(page, 'New secret')
}

/** Opens the dialog that asks before a rotation. At a new endpoint its button is under More. */
export async function openRotation(page: Page): Promise<Locator> {
  await heading(page, 'Next').waitFor()
  const asks = button(page, 'Rotate secret').first()
  if (!(await asks.isVisible())) await page.getByText('More', { exact: true }).click()
  await asks.click()
  return dialog(page, 'Rotate secret')
}

/** As `rotate`, up to the click that does it. */
export async function confirmRotation(page: Page, answer: Answer, reason = ''): Promise<void> {
  const asking = await openRotation(page)
  await asking.getByRole('radio', { name: answer }).check()
  const agreement = asking.getByRole('checkbox', { name: 'I am ready to deploy the new secret right away' })
  if ((await agreement.count()) > 0) await agreement.check()
  await asking.getByLabel('Reason').fill(reason)
  await button(asking, 'Rotate secret').click()
}

/** Copies the card's secret, closes the card, and resolves to what was copied. */
export async function copyAndClose(page: Page, card: Locator): Promise<string> {
  const copied = await copy(page, card)
  await button(card, 'Close').click()
  await card.waitFor({ state: 'detached' })
  return copied
}

/** Copies the card's secret, and resolves to what a person can then paste elsewhere. */
export async function copy(page: Page, card: Locator): Promise<string> {
  await button(card, 'Copy').click()
  await card.getByText('The secret was copied.').waitFor()
  return pasted(page)
}

/** What is on the clipboard, as another page of the browser gets it: the portal may not read it. */
export async function pasted(page: Page): Promise<string> {
  const other = await page.context().newPage()
  await other.setContent('<input aria-label="Paste here">')
  await other.getByLabel('Paste here').focus()
  await other.keyboard.press('Control+V')
  const text = await other.getByLabel('Paste here').inputValue()
  await other.close()
  return text
}
