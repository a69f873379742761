import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { type BrowserBed, browserBed, type Tab } from './bed'
import { type Account, accountAt, button, dialog, heading, openLink } from './portal'
import { type Site, startSite } from './sites'

// What a tenant, a person or a receiver can write, wherever the page shows it: it runs nothing, is no HTML, and turns nothing
// round that stands beside it.

/** Markup that would say so if anything of it ran, with what turns text round or cannot be seen. */
function nasty(name: string): string {
  return `${name}"><img src=x onerror="document.title='ran'"><script>document.title='ran'</script>\u202egpj.\u200b`
}

let receiver: Site
let bed: BrowserBed
let account: Account
let tab: Tab

beforeAll(async () => {
  const words = {
    'content-type': 'text/html',
    server: '<script>document.title="ran"</script>',
    location: 'javascript:ran',
  }
  receiver = await startSite({ status: 500, headers: words, body: nasty('answered') })
  bed = await browserBed()
})

afterAll(async () => {
  await bed.close()
  await receiver.close()
})

beforeEach(async () => {
  account = accountAt(bed.run.local)
  tab = await bed.open()
})

afterEach(() => tab.close())

/** Looks at all that the page holds now; `names`: of what must be there to be looked at. */
async function expectPlain(page: Page, ...names: readonly string[]): Promise<void> {
  for (const name of names) await page.getByText(`${name}"><img`).first().waitFor()
  const seen = await page.evaluate(() => {
    const isOurs = (element: Element): boolean => element.closest('head') !== null
    const all = [...document.querySelectorAll('*')]
    const made = all.filter(element => element.matches('img, script, iframe, object, embed, base, form[action]'))
    const handlers = all.flatMap(({ attributes }) => [...attributes].filter(({ name }) => name.startsWith('on')))
    const attributes = all.flatMap(element => [...element.attributes].filter(({ name }) => name !== 'value'))
    const links = [...document.querySelectorAll('a')].map(({ href }) => href)
    return {
      title: document.title,
      made: made.filter(element => !isOurs(element)).map(({ outerHTML }) => outerHTML),
      handlers: handlers.map(({ name }) => name),
      texts: [document.body.textContent, ...attributes.map(({ value }) => value)].join('\n'),
      links,
    }
  })
  expect(seen).toMatchObject({ title: 'Webhooks', made: [], handlers: [] })
  expect(seen.texts).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b-\u200f]/)
  if (names.length > 0) expect(seen.texts).toContain('\\u{202e}gpj.\\u{200b}')
  for (const href of seen.links) expect(href).toMatch(/^http:\/\/127\.0\.0\.1:/)
  expect(tab.requests.filter(url => url.endsWith('/x'))).toEqual([])
  // A refusal is told on the console, too.
  expect(tab.troubles.filter(trouble => !/the server responded with a status of 4/.test(trouble))).toEqual([])
}

describe('a text of somebody else', () => {
  it('is a text on every screen', async () => {
    const { page } = tab
    const { href: url } = new URL('/hooks"><img src=x onerror=ran>', receiver.origin)
    const texts = { name: nasty('named'), description: nasty('described'), eventTypes: ['order.created'] }
    const { id } = await account.createEndpoint({ ...texts, url })
    const link = await account.mint({ displayName: nasty('Ada').slice(0, 99) })
    await page.goto(link.url)
    await page.getByText('Ada"><img').waitFor()
    await expectPlain(page)
    await button(page, 'Continue').click()
    await heading(page, 'Webhooks').waitFor()
    await expectPlain(page, 'named', 'Ada')
    const show = (view: string): Promise<void> =>
      page.evaluate(hash => void (location.hash = hash), `#/endpoints/${id}${view}`)
    await show('')
    await heading(page, 'Next').waitFor()
    await expectPlain(page, 'named')
    await page.locator('summary').filter({ hasText: 'More' }).click()
    await button(page, 'Rotate secret').click()
    const asking = await dialog(page, 'Rotate secret')
    await asking.getByRole('radio', { name: 'It can hold two secrets' }).check()
    await asking.getByRole('textbox').fill(nasty('because'))
    await button(asking, 'Rotate secret').click()
    const card = await dialog(page, 'New secret')
    await card.getByText('named"><img').waitFor()
    await expectPlain(page)
    await button(card, 'Close').click()
    await button(card, 'Close without it').click()
    await card.waitFor({ state: 'detached' })
    await show('/deliveries')
    await button(page, 'Send a test').click()
    await page.getByText('The test was sent').first().waitFor()
    await expectPlain(page, 'answered')
    await show('/history')
    await expectPlain(page, 'because')
    await page.evaluate(() => void (location.hash = '#/history'))
    await heading(page, 'History').waitFor()
    await expectPlain(page, 'because')
    await show('/settings')
    await heading(page, 'Settings').waitFor()
    await expectPlain(page)
    await button(page, 'Delete this endpoint').click()
    await dialog(page, 'Delete this endpoint')
    await expectPlain(page, 'named')
  })

  it('in a script that runs from right to left turns no change round', async () => {
    const [before, after] = ['\u05d0\u05d1\u05d2', '\u05d3\u05d4\u05d5']
    const { id } = await account.createEndpoint({ name: before, url: receiver.origin })
    await account.call('PATCH', `/v1/endpoints/${id}`, { name: after })
    // A change of settings is told by the sweep, which comes once a second.
    let told = ''
    while (!told.includes(after)) told = (await account.call('GET', `/v1/endpoints/${id}/audit`)).text
    await openLink(tab.page, await account.mint())
    await tab.page.evaluate(hash => void (location.hash = hash), `#/endpoints/${id}/history`)
    const leftOf = async (text: string): Promise<number> => {
      const place = await tab.page.locator('td bdi').getByText(text).boundingBox()
      return place?.x ?? Number.NaN
    }
    await tab.page.locator('td').getByText(after).first().waitFor()
    expect(await leftOf(before)).toBeLessThan(await leftOf(after))
  })

  it('is a text for whoever may only read, too', async () => {
    const texts = { name: nasty('named'), description: nasty('described'), url: receiver.origin }
    const { id } = await account.createEndpoint(texts)
    await openLink(tab.page, await account.mint({ scopes: ['read'] }))
    await tab.page.evaluate(hash => void (location.hash = hash), `#/endpoints/${id}/settings`)
    await expectPlain(tab.page, 'named', 'described')
  })

  it('is a text where an answer of the API has it', async () => {
    const fault = { path: nasty('path'), message: nasty('message') }
    const problem = {
      type: nasty('type'),
      title: nasty('title'),
      status: 400,
      code: 'strange',
      detail: nasty('detail'),
    }
    await tab.page.route('**/v1/endpoints?*', route =>
      route.fulfill({
        status: 400,
        contentType: 'application/problem+json',
        headers: { 'x-request-id': nasty('id').replaceAll(/[^ -~]/g, '') },
        body: JSON.stringify({ ...problem, errors: [fault] }),
      }),
    )
    await tab.page.goto((await account.mint()).url)
    await button(tab.page, 'Continue').click()
    await tab.page.getByRole('alert').waitFor()
    await expectPlain(tab.page, 'detail')
  })

  it('is a text where the address has it, and leads the page to no other route', async () => {
    await openLink(tab.page, await account.mint())
    const asked = tab.requests.length
    for (const id of [nasty('id'), '../../portal-sessions', '..', '%2e%2e', 'a?b#c', '%']) {
      await tab.page.evaluate(hash => void (location.hash = hash), `#/endpoints/${encodeURIComponent(id)}`)
      await tab.page.getByRole('alert').waitFor()
      await tab.page.evaluate(() => void (location.hash = '#/'))
      await heading(tab.page, 'Webhooks').waitFor()
    }
    const paths = tab.requests.slice(asked).flatMap(url => /\/\/[^/]+(\/v1\/[^?]*)/.exec(url)?.[1] ?? [])
    for (const path of paths) expect(path).toMatch(/^\/v1\/endpoints(?:$|\/[^/]+(?:\/secret|\/rotations)?$)/)
    await expectPlain(tab.page)
  })
})

it('an endpoint with a URL that is a script is refused', async () => {
  for (const url of ['javascript:alert(1)', 'data:text/html,<script>1</script>', 'http://127.0.0.1:1@evil.example/']) {
    const reply = await account.call('POST', '/v1/endpoints', { url, eventTypes: [nasty('x')] })
    expect([url, reply.status]).toEqual([url, 400])
  }
})
