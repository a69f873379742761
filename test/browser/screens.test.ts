import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { keyturn } from '../../src/contracts/keyturn'
import { type BrowserBed, browserBed, type Tab } from './bed'
import {
  type Account,
  accountAt,
  button,
  copyAndClose,
  dialog,
  heading,
  openEndpoint,
  openLink,
  openView,
  rowsOf,
} from './portal'
import { isSignedBy, startSecretReceiver } from './secret-receiver'

let bed: BrowserBed
let tab: Tab
let account: Account

beforeAll(async () => {
  bed = await browserBed()
})

afterAll(() => bed.close())

beforeEach(async () => {
  tab = await bed.open()
  account = accountAt(bed.run.local)
})

afterEach(() => tab.close())

const scopesOfAll = ['read', 'rotate', 'write', 'test']

describe('a link', () => {
  it('says whose it is and where it leads, and uses nothing up, until somebody continues', async () => {
    const link = await account.mint()
    for (const _ of ['looked at', 'and again']) {
      await tab.page.goto(link.url)
      await button(tab.page, 'Continue').waitFor()
      const facts = await tab.page.locator('dl').innerText()
      expect(facts).toContain(new URL(bed.run.local.api).host)
      expect(facts).toContain(account.tenantId)
      expect(facts).toContain('Ada Lovelace')
      await tab.page.goto('about:blank')
    }
    await openLink(tab.page, link)
    expect(tab.page.url()).toBe(`${bed.run.local.api}/portal`)
    expect(tab.troubles).toEqual([])
  })

  it('works once: whoever opens it afterwards is told so', async () => {
    const link = await account.mint()
    await openLink(tab.page, link)
    const other = await bed.open()
    await other.page.goto(link.url)
    await other.page.getByText('It was used already, or its time is over.').waitFor()
    await other.close()
  })

  it('is what the page asks for where there is none', async () => {
    await tab.page.goto(`${bed.run.local.api}/portal`)
    await tab.page.getByText('This page opens with a link from your platform’s dashboard.').waitFor()
    expect(tab.troubles).toEqual([])
  })

  it('waits while the network is gone: trying again goes on with it', async () => {
    await tab.page.goto(`${bed.run.local.api}/portal`)
    const { hash } = new URL((await account.mint()).url)
    await tab.context.setOffline(true)
    await tab.page.evaluate(code => (location.hash = code), hash)
    await tab.page.getByText('The server did not answer. Nothing is lost').waitFor()
    await tab.context.setOffline(false)
    await button(tab.page, 'Try again').click()
    await button(tab.page, 'Continue').click()
    await tab.page.getByText('No endpoint yet').waitFor()
  })
})

describe('the list', () => {
  it('leads from nothing to the first endpoint: its secret once, and a test that it verifies', async () => {
    const receiver = await startSecretReceiver(keyturn)
    await openLink(tab.page, await account.mint())
    await button(tab.page, 'Create the first endpoint').click()
    const form = await dialog(tab.page, 'New endpoint')
    await form.getByLabel('Name').fill('Orders')
    await form.getByLabel('URL').fill(receiver.url)
    await form.getByLabel('Event types').fill('order.paid\norder.refunded')
    await button(form, 'Create endpoint').click()
    const copied = await copyAndClose(tab.page, await dialog(tab.page, 'New secret'))

    receiver.secrets = [copied]
    await heading(tab.page, 'Orders').waitFor()
    await openView(tab.page, 'Deliveries')
    const arrives = receiver.next()
    await button(tab.page, 'Send a test').click()
    expect(isSignedBy(keyturn, await arrives, [copied])).toBe(true)
    await tab.page.getByText('The test was sent: Delivered.').first().waitFor()
    const { json } = await account.call('GET', '/v1/endpoints')
    expect(json).toMatchObject({
      data: [{ name: 'Orders', url: receiver.url, eventTypes: ['order.paid', 'order.refunded'] }],
    })
    expect(tab.troubles).toEqual([])
    await receiver.close()
  })

  it('tells what is wrong with an endpoint that the server refuses, and takes it once it is right', async () => {
    await openLink(tab.page, await account.mint())
    await button(tab.page, 'New endpoint').click()
    const form = await dialog(tab.page, 'New endpoint')
    await form.getByLabel('URL').fill('ftp://hooks.example.com')
    await button(form, 'Create endpoint').click()
    const told = await form.getByRole('alert').locator('p').first().innerText()
    expect(told).toMatch(/^That did not work\. url must be [^.]+\.$/)
    await form.getByLabel('URL').fill('https://hooks.example.com')
    await button(form, 'Create endpoint').click()
    await dialog(tab.page, 'New secret')
  })

  it('shows name, URL, state, deliveries and the key’s age, and is filtered by the server', async () => {
    const paused = await account.createEndpoint({ name: 'Paused', url: 'https://hooks.example.com/paused' })
    await account.call('PATCH', `/v1/endpoints/${paused.id}`, { status: 'paused' })
    await account.createEndpoint({ name: 'Other kind', contract: 'thesignup' })
    await account.createEndpoint({ name: 'Orders' })
    await openLink(tab.page, await account.mint())
    const names = async (): Promise<readonly string[]> =>
      (await rowsOf(tab.page, 'Your endpoints')).map(([name = '']) => name).toSorted()
    expect(await names()).toEqual(['Orders', 'Other kind', 'Paused'])
    const rows = await rowsOf(tab.page, 'Your endpoints')
    const [, ...cells] = rows.find(([name]) => name === 'Paused') ?? []
    expect(cells.slice(0, 3)).toEqual(['https://hooks.example.com/paused', 'Paused', 'Nothing sent yet'])
    expect(cells[3]).toMatch(/\d{4}.*\(\d+ \w+ ago\)/)

    const filters = tab.page.getByRole('search', { name: 'Filters' })
    const filtered = async (change: () => Promise<unknown>): Promise<URL> => {
      const asked = tab.page.waitForResponse(reply => new URL(reply.url()).pathname === '/v1/endpoints')
      await change()
      return new URL((await asked).url())
    }
    expect((await filtered(() => filters.getByLabel('State').selectOption('Paused'))).search).toContain('status=paused')
    await tab.page.getByRole('link', { name: 'Orders' }).waitFor({ state: 'detached' })
    expect(await names()).toEqual(['Paused'])
    await filtered(() => filters.getByLabel('State').selectOption('Any state'))
    await filtered(() => filters.getByLabel('Kind').selectOption('thesignup'))
    await tab.page.getByRole('link', { name: 'Paused' }).waitFor({ state: 'detached' })
    expect(await names()).toEqual(['Other kind'])
    await filters.getByLabel('URL is').fill('https://nobody.example.com/')
    await filtered(() => button(filters, 'Show').click())
    await tab.page.getByText('No endpoint matches.').waitFor()
  })

  it('shows as many as there are, page by page', async () => {
    await Promise.all(Array.from({ length: 21 }, async (_, at) => account.createEndpoint({ name: `Endpoint ${at}` })))
    await openLink(tab.page, await account.mint())
    expect((await rowsOf(tab.page, 'Your endpoints')).length).toBe(20)
    await button(tab.page, 'Show more').click()
    await button(tab.page, 'Show more').waitFor({ state: 'detached' })
    expect(new Set((await rowsOf(tab.page, 'Your endpoints')).map(([name]) => name)).size).toBe(21)
  })
})

/** What somebody can act with, beside links and what a browser unfolds by itself. */
const controls = 'main :is(button, input, textarea, select)'

describe('a session sees no control that it may not use', () => {
  const views = ['Keys', 'Deliveries', 'Settings', 'History'] as const

  it.each([
    { scopes: ['read'], seen: [] },
    { scopes: ['read', 'test'], seen: ['Send a test'] },
    {
      scopes: ['read', 'rotate'],
      seen: ['Test the receiver', 'Rotate secret', 'The secret leaked: end every key now'],
    },
  ])('with $scopes: nothing on its endpoint’s page but $seen', async ({ scopes, seen }) => {
    await account.createEndpoint({ name: 'Orders' })
    await openLink(tab.page, await account.mint({ scopes }))
    await openEndpoint(tab.page, 'Orders')
    const found: string[] = []
    for (const view of views) {
      await openView(tab.page, view)
      await tab.page.getByRole('heading', { name: view === 'Keys' ? 'Key timeline' : view, exact: true }).waitFor()
      await tab.page.getByText('Loading…').first().waitFor({ state: 'detached' })
      found.push(...(await tab.page.locator(controls).allTextContents()))
    }
    expect(found).toEqual(seen)
  })

  it('without rotating: nothing on the list but its filters', async () => {
    await openLink(tab.page, await account.mint({ scopes: ['read', 'write', 'test'] }))
    await tab.page.getByText('Whoever may create endpoints in your account can add the first one.').waitFor()
    expect(await tab.page.locator('main').getByRole('button').allTextContents()).toEqual(['Show'])
  })

  it('for one endpoint: the others are not there, and none can be made or deleted', async () => {
    await account.createEndpoint({ name: 'Invoices' })
    const { id } = await account.createEndpoint({ name: 'Orders' })
    await openLink(tab.page, await account.mint({ scopes: scopesOfAll, endpointIds: [id] }))
    expect((await rowsOf(tab.page, 'Your endpoints')).map(([name]) => name)).toEqual(['Orders'])
    expect(await button(tab.page, 'New endpoint').count()).toBe(0)
    await openEndpoint(tab.page, 'Orders')
    await openView(tab.page, 'Settings')
    await button(tab.page, 'Save').waitFor()
    expect(await button(tab.page, 'Delete this endpoint').count()).toBe(0)
  })
})

describe('times', () => {
  it('are those of the reader’s zone, in the language of the session, with the exact one at hand', async () => {
    await account.createEndpoint({ name: 'Orders' })
    await tab.close()
    tab = await bed.open({ timezoneId: 'Asia/Tokyo' })
    await openLink(tab.page, await account.mint({ locale: 'de' }))
    const time = tab.page.locator('tbody time')
    const exact = (await time.getAttribute('datetime')) ?? ''
    const format = new Intl.DateTimeFormat('de', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Tokyo' })
    expect(await time.innerText()).toBe(format.format(new Date(exact)))
    expect(await time.getAttribute('title')).toBe(exact)
    await tab.page.getByLabel('Exact times, in UTC').check()
    expect(await time.innerText()).toBe(exact)
  })
})
