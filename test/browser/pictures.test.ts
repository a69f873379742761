import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { keyturn } from '../../src/contracts/keyturn'
import { type BrowserBed, browserBed } from './bed'
import {
  type Account,
  accountAt,
  button,
  copyAndClose,
  dialog,
  openEndpoint,
  openLink,
  openRotation,
  rowsOf,
} from './portal'
import { startSecretReceiver } from './secret-receiver'

// The pictures of the documents, of data that nobody keeps: `SCREENSHOTS=1` writes them, each run makes them.

const root = resolve(__dirname, '../..')
const folder = join(root, 'docs/portal')
const isWriting = process.env['SCREENSHOTS'] === '1'
/** A document is read over slow lines too. */
const mostBytes = 100_000

let bed: BrowserBed

beforeAll(async () => {
  bed = await browserBed()
})

afterAll(() => bed.close())

/** Takes what the tab shows, down to `bottom` where it is given, in both themes. */
async function take(page: Page, name: string, bottom?: Locator): Promise<void> {
  const end = await bottom?.boundingBox()
  const { width = 0, height = 0 } = page.viewportSize() ?? {}
  const clip = { x: 0, y: 0, width, height: end ? Math.ceil(end.y + end.height) + 16 : height }

  await page.mouse.move(0, 0)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const png = await page.screenshot({ clip, animations: 'disabled', caret: 'hide' })
    expect(png.length).toBeLessThan(mostBytes)
    if (isWriting) writeFileSync(join(folder, `${name}-${colorScheme}.png`), png)
  }
}

/** Some endpoints of a company, of which one has had deliveries. */
async function company(account: Account): Promise<void> {
  const receiver = await startSecretReceiver(keyturn)
  const { id, signingSecret } = await account.createEndpoint({ name: 'Orders', url: `${receiver.url}/orders` })
  receiver.secrets = [signingSecret]
  for (const type of ['order.paid', 'order.shipped']) {
    const arrives = receiver.next()
    await account.call('POST', '/v1/events', { type, payload: { total: 12 } })
    await arrives
  }
  await account.call('POST', `/v1/endpoints/${id}/secret/rotate`, { overlapSeconds: 3600 })
  await account.call('PATCH', `/v1/endpoints/${id}`, { url: 'https://hooks.example.com/orders' })
  await account.createEndpoint({ name: 'Invoices', url: 'https://hooks.example.com/invoices' })
  await receiver.close()
}

describe('the pictures of the documents', () => {
  it('are made of what the page shows, are small, and show no secret', async () => {
    if (isWriting) mkdirSync(folder, { recursive: true })
    const tab = await bed.open({ viewport: { width: 900, height: 820 }, locale: 'en-GB', timezoneId: 'UTC' })
    const { page } = tab
    const account = accountAt(bed.run.local, 'org_acme')
    await company(account)
    await openLink(page, await account.mint())
    await rowsOf(page, 'Your endpoints')
    await take(page, 'list')
    await openEndpoint(page, 'Orders')
    const asking = await openRotation(page)
    await asking.getByRole('radio', { name: 'It can hold two secrets' }).check()
    await asking.getByRole('img').first().waitFor()
    await take(page, 'rotate')
    await button(asking, 'Rotate secret').click()
    const card = await dialog(page, 'New secret')
    await take(page, 'secret')
    expect(await page.content()).not.toContain('whsec_')
    await copyAndClose(page, card)
    await page.getByText('Deploy the new secret, then test').waitFor()
    await page.setViewportSize({ width: 900, height: 1180 })
    await take(page, 'endpoint', page.locator('.timeline'))
    await tab.close()
  })

  it('that README.md and docs/portal.md name are there, and all that are there are named', () => {
    const named = ['README.md', 'docs/portal.md'].flatMap(path =>
      [...readFileSync(join(root, path), 'utf8').matchAll(/(?:docs\/)?portal\/([\w-]+\.png)/g)].map(([, name]) => name),
    )
    expect(new Set(named)).toEqual(new Set(readdirSync(folder)))
  })
})
