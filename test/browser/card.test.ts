import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { memberAt } from '../support/api-caller'
import { type BrowserBed, browserBed, type Tab } from './bed'
import { type LossyProxy, startLossyProxy } from './lossy-proxy'
import {
  type Account,
  accountAt,
  button,
  confirmRotation,
  copy,
  copyAndClose,
  dialog,
  type Link,
  openEndpoint,
  openLink,
  openRotation,
  pasted,
  rotate,
} from './portal'

let bed: BrowserBed
let tab: Tab
let account: Account
let endpointId: string

beforeAll(async () => {
  bed = await browserBed()
})

afterAll(() => bed.close())

beforeEach(async () => {
  tab = await bed.open()
  account = accountAt(bed.run.local)
})

afterEach(() => tab.close())

/** The page of an endpoint in the session of `ada`. */
async function openOne(session: object = {}, endpoint: object = {}): Promise<Link> {
  endpointId = (await account.createEndpoint({ name: 'Orders', ...endpoint })).id
  const link = await account.mint(session)
  await openLink(tab.page, link)
  await openEndpoint(tab.page, 'Orders')
  return link
}

async function keysMade(): Promise<unknown> {
  return memberAt((await account.call('GET', `/v1/endpoints/${endpointId}/secret`)).json, 'version')
}

/** Somebody comes back to the tab, which then reads what it shows anew. */
async function look(): Promise<void> {
  await tab.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
}

describe('the card of a new secret', () => {
  it('says whose it is, and copies it without ever showing or announcing it', async () => {
    await openOne()
    const card = await rotate(tab.page, 'It can hold two secrets')
    await card.getByText('New secret — copy it now. It won’t be shown again.').waitFor()
    const copied = await copy(tab.page, card)
    expect(copied).toMatch(/^whsec_/)
    const text = await card.innerText()
    for (const each of ['Orders', 'https://hooks.example.com/keyturn', account.tenantId, copied.slice(-4)]) {
      expect(text).toContain(each)
    }
    expect(await tab.page.content()).not.toContain(copied)
    await button(card, 'Close').click()
    await tab.page.getByText(`Its last four characters are ${copied.slice(-4)}.`).waitFor()
  })

  it('asks before it is closed uncopied, also by Escape', async () => {
    await openOne()
    const card = await rotate(tab.page, 'It can hold two secrets')
    await button(card, 'Close').click()
    await card.getByText('You have not copied the secret.').waitFor()
    await button(card, 'Back').click()
    await tab.page.keyboard.press('Escape')
    await button(card, 'Copy and close').click()
    await card.waitFor({ state: 'detached' })
    expect(await pasted(tab.page)).toMatch(/^whsec_/)
  })

  it('copies by an event where the browser refuses the clipboard', async () => {
    await openOne()
    // Whatever is not granted is refused from then on.
    await tab.context.grantPermissions(['notifications'], { origin: bed.run.local.api })
    const refused = await tab.page.evaluate(async () => navigator.clipboard.writeText('').catch(String))
    expect(refused).toContain('NotAllowedError')
    expect(await copyAndClose(tab.page, await rotate(tab.page, 'It can hold two secrets'))).toMatch(/^whsec_/)
  })

  it('can be read by eye only where the browser copies in no way at all', async () => {
    await tab.context.addInitScript(() => {
      document.execCommand = () => false
      navigator.clipboard.writeText = async () => Promise.reject(new Error('refused'))
    })
    await openOne()
    const card = await rotate(tab.page, 'It can hold two secrets')
    expect(await button(card, 'Show it').count()).toBe(0)
    await button(card, 'Copy').click()
    await button(card, 'Show it').click()
    expect(await card.locator('code.value').innerText()).toMatch(/^whsec_/)
    await button(card, 'Hide it').click()
    expect(await card.innerText()).not.toContain('whsec_')
  })

  it('has no secret by default where the receiver reads it by itself', async () => {
    const consumers = ['arn:aws:iam::123456789012:role/receiver']
    await openOne({}, { consumers })
    const asking = await openRotation(tab.page)
    expect(await asking.getByRole('radio', { name: 'It reads them from Secrets Manager' }).isChecked()).toBe(true)
    const replied = tab.page.waitForResponse(reply => reply.url().endsWith('/secret/rotate'))
    await button(asking, 'Rotate secret').click()
    expect(await (await replied).text()).not.toContain('whsec_')
    await button(await dialog(tab.page, 'The new key is there'), 'Close').click()
    await tab.page.getByText('The new key signs by itself').waitFor()
  })

  it('is empty in a page that the browser keeps for the way back, and shows the same secret again there', async () => {
    await openOne()
    const copied = await copy(tab.page, await rotate(tab.page, 'It can hold two secrets'))
    await tab.page.goto(`${bed.run.local.aws}/_portal-parent`)
    await tab.page.goBack()
    const card = await dialog(tab.page, 'New secret')
    await button(card, 'Copy').or(button(card, 'Show it again')).waitFor()
    if (await button(card, 'Show it again').isVisible()) await button(card, 'Show it again').click()
    expect(await copyAndClose(tab.page, card)).toBe(copied)
    expect(await keysMade()).toBe(2)
  })
})

describe('a session that ends', () => {
  it('is told two minutes before, with a way to go on', async () => {
    const returnUrl = `${bed.run.local.aws}/_portal-parent`
    await openOne({ expiresInSeconds: 110, returnUrl })
    const warning = tab.page.getByRole('alert')
    await warning.getByText('A secret that is open here stays open.').waitFor()
    await warning.getByRole('link', { name: 'Sign in again to go on' }).click()
    await tab.page.waitForURL(returnUrl)
  })

  it.each([-60, 16, 60])('ends by the server’s clock, also where the reader’s is %s minutes off', async minutes => {
    await tab.context.addInitScript(milliseconds => {
      const now = Date.now.bind(Date)
      globalThis.Date = class extends Date {
        constructor(...given: readonly []) {
          if (given.length === 0) super(now() + milliseconds)
          else super(...given)
        }

        static override now(): number {
          return now() + milliseconds
        }
      } as DateConstructor
    }, minutes * 60_000)
    await openOne({ expiresInSeconds: 300 })
    expect(await tab.page.getByRole('alert').count()).toBe(0)
    const { url } = await account.mint({ expiresInSeconds: 110 })
    await tab.page.goto('about:blank')
    await openLink(tab.page, { url })
    await tab.page.getByRole('alert').getByText('A secret that is open here stays open.').waitFor()
  })

  it('is not told before', async () => {
    await openOne({ expiresInSeconds: 300 })
    expect(await tab.page.getByRole('alert').count()).toBe(0)
  })

  it('ended by the platform: everything is gone but the card, whose secret can still be copied', async () => {
    const { id } = await openOne()
    const card = await rotate(tab.page, 'It can hold two secrets')
    expect((await account.call('DELETE', `/v1/portal-sessions/${id}`)).status).toBe(204)
    await look()
    await tab.page.getByText('Your session is over').waitFor({ state: 'attached' })
    expect(await copyAndClose(tab.page, card)).toMatch(/^whsec_/)
    expect(await tab.page.locator('main').innerText()).not.toContain('Orders')
    await tab.page.reload()
    await tab.page.getByText('Open this page from your platform').first().waitFor()
  })
})

describe('a rotation that a session leaves unfinished', () => {
  let proxy: LossyProxy

  beforeEach(async () => {
    proxy = await startLossyProxy()
    await tab.close()
    tab = await bed.open({ proxy: { server: proxy.url } })
    const { id } = await openOne()
    proxy.loses = (_, path) => path.endsWith('/secret/rotate')
    await confirmRotation(tab.page, 'It can hold two secrets')
    await button(tab.page, 'Repeat the same request').waitFor()
    await account.call('DELETE', `/v1/portal-sessions/${id}`)
    proxy.loses = () => false
  })

  afterEach(() => proxy.close())

  it('is shown once the same person comes back', async () => {
    await tab.page.goto((await account.mint()).url)
    await button(tab.page, 'Continue').click()
    const copied = await copyAndClose(tab.page, await dialog(tab.page, 'New secret'))
    expect(new Set(proxy.lost.map(text => memberAt(JSON.parse(text), 'signingSecret')))).toEqual(new Set([copied]))
    expect(await keysMade()).toBe(2)
  })

  it('is shown to nobody else', async () => {
    await openLink(tab.page, await account.mint({ subject: 'grace' }))
    await openEndpoint(tab.page, 'Orders')
    await button(tab.page, 'Test the receiver').first().waitFor()
    expect(await tab.page.getByRole('dialog').count()).toBe(0)
    expect(await keysMade()).toBe(2)
  })
})
