import type { Page } from 'playwright-core'
import { storno } from '../../src/contracts/storno'
import type { Tab } from './bed'
import {
  type Account,
  accountAt,
  button,
  copy,
  dialog,
  heading,
  openEndpoint,
  openLink,
  openRotation,
  openView,
  rowsOf,
} from './portal'
import type { TestLocalRun } from '../support/local-run'
import { startSecretReceiver } from './secret-receiver'

/** Something to be looked at on every screen; `screen` says which one it is. */
export type Visit = (screen: string) => Promise<void>

/** Goes through every screen and state of the page by itself, with data of its own, and stops at each. */
export async function walk({ page, context }: Tab, { local }: TestLocalRun, visit: Visit): Promise<void> {
  const account = accountAt(local)
  await before(page, { account, api: local.api }, visit)
  await theFirstEndpoint(page, visit)
  await theList(page, visit)
  await fill(account)
  await theKeys(page, visit)
  await theOtherViews(page, visit)
  await theGap(page, account, visit)
  await theEnd({ page, context }, account, visit)
}

/** What can be shown while no session is open. */
async function before(page: Page, { account, api }: { account: Account; api: string }, visit: Visit): Promise<void> {
  await page.goto(`${api}/portal`)
  await heading(page, 'Open this page from your platform').waitFor()
  await visit('no link')
  await page.goto(`${api}/portal#kpc_${'0'.repeat(24)}.${'A'.repeat(43)}`)
  await heading(page, 'This link no longer works').waitFor()
  await visit('a link that does not work')
  await page.goto((await account.mint()).url)
  await button(page, 'Continue').waitFor()
  await visit('whose page it is')
  await button(page, 'Continue').click()
  await heading(page, 'No endpoint yet').waitFor()
  await visit('no endpoint')
}

async function theFirstEndpoint(page: Page, visit: Visit): Promise<void> {
  await button(page, 'Create the first endpoint').click()
  const form = await dialog(page, 'New endpoint')
  await visit('a new endpoint')
  await form.getByLabel('Name').fill('Orders')
  await form.getByLabel('URL').fill('ftp://hooks.example.com')
  await button(form, 'Create endpoint').click()
  await form.getByRole('alert').waitFor()
  await visit('a new endpoint that is refused')
  await form
    .getByLabel('URL')
    .fill('https://hooks.example.com/orders/with/a/path/that/is/longer/than/a/telephone/is/wide')
  await button(form, 'Create endpoint').click()
  const card = await dialog(page, 'New secret')
  await visit('a new secret')
  await button(card, 'Close').click()
  await card.getByRole('alert').waitFor()
  await visit('a new secret that was not copied')
  await button(card, 'Back').click()
  await copy(page, card)
  await visit('a new secret that was copied')
  await button(card, 'Close').click()
  await heading(page, 'Orders').waitFor()
  await visit('an endpoint that nobody has tested')
}

async function theList(page: Page, visit: Visit): Promise<void> {
  await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'Webhooks' }).click()
  await rowsOf(page, 'Your endpoints')
  await visit('the list')
  await page.getByLabel('URL is').fill('https://nobody.example.com/')
  await button(page, 'Show').click()
  await page.getByText('No endpoint matches.').waitFor()
  await visit('the list without a match')
  await page.getByLabel('URL is').fill('')
  await button(page, 'Show').click()
  await rowsOf(page, 'Your endpoints')
}

/** Deliveries that arrive, and one that fails for good. */
async function fill(account: Account): Promise<void> {
  const { json } = await account.call('GET', '/v1/endpoints')
  const [{ id } = { id: '' }] = (json as { readonly data: readonly { readonly id: string }[] }).data
  const receiver = await startSecretReceiver(storno)
  await account.call('PATCH', `/v1/endpoints/${id}`, { url: `${receiver.url}/orders` })
  for (const answer of [204, 410]) {
    receiver.answer = answer
    const arrives = receiver.next()
    await account.call('POST', '/v1/events', { type: 'order.paid', payload: { total: 12 } })
    await arrives
  }
  await receiver.close()
}

async function theKeys(page: Page, visit: Visit): Promise<void> {
  await openEndpoint(page, 'Orders')
  await heading(page, 'Key timeline').waitFor()
  await visit('one key')
  for (const each of ['More', 'Code for the receiver']) await unfold(page, each)
  await visit('one key, with all that is folded up')
  const asking = await openRotation(page)
  await visit('the one question')
  for (const answer of ['No, one secret at a time', 'It reads them from Secrets Manager', 'It can hold two secrets']) {
    await asking.getByRole('radio', { name: answer }).check()
    await asking.getByText('The keys after this').first().click()
    await visit(`the one question, answered: ${answer}`)
  }
  await button(asking, 'Rotate secret').click()
  const card = await dialog(page, 'New secret')
  await copy(page, card)
  await button(card, 'Close').click()
  await page.getByText('Deploy the new secret, then test').waitFor()
  await visit('a published key')
  await button(page, 'Test the receiver').click()
  await page.getByText('Nothing answered at the URL.').waitFor()
  await visit('a published key, tested in vain')
  for (const [step, asked] of steps) {
    await unfold(page, 'More')
    await button(page, step).click()
    const confirming = await dialog(page, asked)
    await visit(asked)
    await button(confirming, 'Cancel').click()
  }
}

async function unfold(page: Page, summary: string): Promise<void> {
  const details = page.locator('details', { has: page.getByText(summary, { exact: true }) })
  if ((await details.getAttribute('open')) === null) await details.locator('summary').click()
}

const steps = [
  ['Let the new key sign, proven or not', 'Let the new key sign now?'],
  ['Give the new key up', 'Give the new key up?'],
  ['The secret leaked: end every key now', 'End every key now'],
] as const

async function theOtherViews(page: Page, visit: Visit): Promise<void> {
  await openView(page, 'Deliveries')
  await rowsOf(page, 'Deliveries')
  await rowsOf(page, 'Attempts')
  await visit('deliveries')
  await openView(page, 'Settings')
  await button(page, 'Delete this endpoint').click()
  const asking = await dialog(page, 'Delete this endpoint')
  await visit('deletion')
  await button(asking, 'Cancel').click()
  await visit('settings')
  await openView(page, 'History')
  await rowsOf(page, 'History')
  await visit('the history of an endpoint')
  await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'History' }).click()
  await page.getByRole('columnheader', { name: 'Endpoint' }).waitFor({ state: 'attached' })
  await visit('the history of the account')
}

/** A contract whose header has room for one signature. */
async function theGap(page: Page, account: Account, visit: Visit): Promise<void> {
  await account.createEndpoint({ name: 'Invoices', contract: storno.name })
  await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'Webhooks' }).click()
  await openEndpoint(page, 'Invoices')
  const asking = await openRotation(page)
  await asking.getByRole('radio', { name: 'No, one secret at a time' }).check()
  await asking.getByText('A gap is certain.').waitFor()
  await visit('a rotation with a gap')
  await button(asking, 'Cancel').click()
}

async function theEnd({ page, context }: Pick<Tab, 'page' | 'context'>, account: Account, visit: Visit): Promise<void> {
  const other = { subject: 'grace', displayName: 'Grace Hopper', scopes: ['read'], expiresInSeconds: 110 }
  const link = await account.mint(other)
  await page.goto(link.url)
  await page.getByRole('alert').waitFor()
  await visit('another person’s link')
  await openLink(page, link)
  await page.getByRole('alert').waitFor()
  await rowsOf(page, 'Your endpoints')
  await visit('a session that ends in two minutes, and that can only read')
  await button(page, 'Sign out').click()
  await heading(page, 'You are signed out').waitFor()
  await visit('signed out')
  const { hash } = new URL((await account.mint(other)).url)
  await context.setOffline(true)
  await page.evaluate(code => (location.hash = code), hash)
  await heading(page, 'No reply').waitFor()
  await visit('no reply')
  await context.setOffline(false)
}
