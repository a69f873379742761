import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { setTimeout as wait } from 'node:timers/promises'
import type { Contract } from '../../src/contracts/contract'
import { keyturn } from '../../src/contracts/keyturn'
import { storno } from '../../src/contracts/storno'
import { memberAt, textAt } from '../support/api-caller'
import { axeScript, findingsInThemes } from './axe'
import { type BrowserBed, browserBed, type Tab } from './bed'
import {
  type Account,
  accountAt,
  button,
  confirmRotation,
  copyAndClose,
  dialog,
  openEndpoint,
  openLink,
  openRotation,
  openView,
  rotate,
  rowsOf,
} from './portal'
import { isSignedBy, type SecretReceiver, startSecretReceiver } from './secret-receiver'

let bed: BrowserBed
let tab: Tab
let account: Account
let receiver: SecretReceiver

beforeAll(async () => {
  bed = await browserBed()
})

afterAll(() => bed.close())

beforeEach(async () => {
  tab = await bed.open()
  account = accountAt(bed.run.local)
})

afterEach(async () => {
  await tab.close()
  await receiver.close()
})

/** The page of an endpoint whose receiver has its secret. */
async function openOne(contract: Contract = keyturn, session: object = {}): Promise<string> {
  receiver = await startSecretReceiver(contract)
  const made = await account.createEndpoint({ contract: contract.name, url: receiver.url, name: 'Orders' })
  receiver.secrets = [made.signingSecret]
  await openLink(tab.page, await account.mint(session))
  await openEndpoint(tab.page, 'Orders')
  return made.id
}

const day = 24 * 60 * 60 * 1000

async function publish(): Promise<void> {
  const arrives = receiver.next()
  await account.call('POST', '/v1/events', { type: 'order.paid', payload: { total: 12 } })
  await arrives
}

/** Waits until the API says so of the newest of a list: some of it is stored after the reply that leads to it. */
async function newestIs(list: string, member: string, value: string): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const { json } = await account.call('GET', `/v1/endpoints/${list}`)
    if (memberAt(json, `data.0.${member}`) === value) return
    await wait(50)
  }
  throw new Error(`${member} of the newest of ${list} is not ${value}`)
}

describe('the key timeline', () => {
  it('is a picture and a table of the same keys, with the last proof of each', async () => {
    await openOne()
    await copyAndClose(tab.page, await rotate(tab.page, 'It can hold two secrets'))
    await button(tab.page, 'Test the receiver').first().click()
    await tab.page.getByText('Your receiver does not have the new secret yet.').waitFor()
    const [published, signing, ...others] = await rowsOf(tab.page, 'Keys over time')
    expect(others).toEqual([])
    expect(published?.slice(1)).toEqual([
      'Published',
      expect.stringMatching(/\d{4}/),
      'Signing: when it is promoted',
      expect.stringMatching(/^The receiver does not have it, /),
    ])
    expect(signing?.slice(1)).toEqual(['Signing', expect.stringMatching(/\d{4}/), 'no end', 'none'])
    const picture = tab.page.getByRole('img', { name: '2 keys over time. The table below says the same.' })
    expect(await picture.locator('text.key').allTextContents()).toEqual([published?.[0], signing?.[0]])
    expect(await picture.locator('rect.bar').count()).toBe(2)
  })

  it('of a preview shows what a rotation does before it happens', async () => {
    const id = await openOne(storno)
    const asking = await openRotation(tab.page)
    const preview = asking.getByRole('region', { name: 'What this does' })
    await asking.getByRole('radio', { name: 'It can hold two secrets' }).check()
    await preview.getByText('The keys after this').first().click()
    const states = async (): Promise<readonly string[]> => preview.locator('tbody tr td:nth-of-type(1)').allInnerTexts()
    expect(await states()).toEqual(['Published', 'Signing'])
    await asking.getByRole('radio', { name: 'No, one secret at a time' }).check()
    await asking.getByText('A gap is certain.').waitFor()
    expect(await states()).toEqual(['Signing', 'Ended'])
    expect(await button(asking, 'Rotate secret').isDisabled()).toBe(true)
    await button(asking, 'Cancel').click()
    expect(memberAt((await account.call('GET', `/v1/endpoints/${id}/secret`)).json, 'version')).toBe(1)
  })
})

describe('deliveries', () => {
  it('show each attempt with the keys that signed it', async () => {
    await openOne()
    const copied = await copyAndClose(tab.page, await rotate(tab.page, 'It can hold two secrets'))
    await publish()
    await openView(tab.page, 'Deliveries')
    const [delivery] = await rowsOf(tab.page, 'Deliveries')
    expect(delivery?.[0]).toContain('order.paid')
    const [attempt] = await rowsOf(tab.page, 'Attempts')
    const old = receiver.secrets[0] ?? ''
    expect(attempt?.slice(1, 4)).toEqual(['order.paid', 'Delivery', '204'])
    expect(attempt?.[4]?.match(/…\S{4}/g)?.toSorted()).toEqual(
      [copied, old].map(text => `…${text.slice(-4)}`).toSorted(),
    )
  })

  it('that failed are sent again one by one, and all since a time', async () => {
    const id = await openOne()
    receiver.answer = 410
    await publish()
    await newestIs(`${id}/deliveries`, 'status', 'failed')
    receiver.answer = null
    await tab.page.reload()
    await openView(tab.page, 'Settings')
    await tab.page.getByLabel('Pause deliveries').uncheck()
    await button(tab.page, 'Save').click()
    await openView(tab.page, 'Deliveries')
    expect((await rowsOf(tab.page, 'Deliveries'))[0]?.[1]).toBe('Failed')
    const again = receiver.next()
    await tab.page.getByRole('button', { name: 'Send again: ' }).click()
    await again
    await newestIs(`${id}/deliveries`, 'status', 'success')

    receiver.answer = 410
    await publish()
    await newestIs(`${id}/deliveries`, 'status', 'failed')
    receiver.answer = null
    await account.call('PATCH', `/v1/endpoints/${id}`, { status: 'active' })
    const since = receiver.next()
    const form = tab.page.getByRole('form', { name: 'Send again what failed' })
    await form.getByLabel('Since').fill(new Date(Date.now() - day).toISOString().slice(0, 16))
    await button(form, 'Send again').click()
    await since
    await tab.page.getByText('One delivery is sent again.').first().waitFor()
  })

  it('show bodies of answers only where the platform’s key may see them', async () => {
    const id = await openOne()
    await publish()
    await newestIs(`${id}/deliveries`, 'status', 'success')
    await openView(tab.page, 'Deliveries')
    await tab.page.getByRole('columnheader', { name: 'Body of the answer' }).waitFor()
    const key = await account.call('POST', '/v1/api-keys', {
      name: 'without bodies',
      tenantIds: [account.tenantId],
      permissions: ['endpoints:read', 'portal:write'],
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    })
    const link = await account.mintWith(textAt(key, 'apiKey'), { scopes: ['read'] })
    await openLink(tab.page, link)
    await openEndpoint(tab.page, 'Orders')
    await openView(tab.page, 'Deliveries')
    await rowsOf(tab.page, 'Attempts')
    expect(await tab.page.getByRole('columnheader', { name: 'Body of the answer' }).count()).toBe(0)
  })
})

describe('settings and history', () => {
  it('change what the endpoint is, and tell who did what, when and why', async () => {
    const id = await openOne()
    await confirmRotation(tab.page, 'It can hold two secrets', 'our yearly rotation')
    await copyAndClose(tab.page, await dialog(tab.page, 'New secret'))
    await openView(tab.page, 'Settings')
    await tab.page.getByLabel('Name').fill('Paid orders')
    await tab.page.getByLabel('URL').fill('https://hooks.example.com/paid')
    await tab.page.getByLabel('Pause deliveries').check()
    await button(tab.page, 'Save').click()
    await tab.page.getByRole('heading', { name: 'Paid orders' }).waitFor()
    await newestIs(`${id}/audit`, 'kind', 'update')
    await openView(tab.page, 'History')
    const [changed, made] = await rowsOf(tab.page, 'History')
    expect(changed?.slice(1, 3)).toEqual(['Changed settings', 'ada in the portal'])
    expect(changed?.[4]).toContain('name: Orders → Paid orders')
    expect(changed?.[4]).toContain('status: active → paused')
    expect(made?.slice(1, 4)).toEqual(['Published a new key', 'ada in the portal', 'our yearly rotation'])
    await tab.page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'History' }).click()
    await tab.page.getByRole('link', { name: id }).first().click()
    await tab.page.getByRole('heading', { name: 'Paid orders' }).waitFor()
  })

  it('leave what nobody touched here as somebody else has made it meanwhile', async () => {
    const id = await openOne()
    await openView(tab.page, 'Settings')
    await tab.page.getByLabel('Description').fill('of the shop')
    const url = 'https://hooks.example.com/elsewhere'
    await account.call('PATCH', `/v1/endpoints/${id}`, { url, status: 'paused' })
    await tab.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await tab.page.getByText(url).first().waitFor()
    const saved = tab.page.waitForResponse(reply => reply.request().method() === 'PATCH')
    await button(tab.page, 'Save').click()
    expect((await saved).request().postDataJSON()).toEqual({ description: 'of the shop' })
    const { json } = await account.call('GET', `/v1/endpoints/${id}`)
    expect(json).toMatchObject({ url, status: 'paused', description: 'of the shop' })
  })

  it('take names and event types without the blanks around them', async () => {
    const id = await openOne()
    await openView(tab.page, 'Settings')
    await tab.page.getByLabel('Name').fill('  Paid orders ')
    await tab.page.getByLabel('Event types').fill('order.paid\n\n order.sent \n')
    await button(tab.page, 'Save').click()
    await tab.page.getByRole('heading', { name: 'Paid orders' }).waitFor()
    const { json } = await account.call('GET', `/v1/endpoints/${id}`)
    expect(json).toMatchObject({ name: 'Paid orders', eventTypes: ['order.paid', 'order.sent'] })
  })

  it('delete an endpoint by the name that is seen, and show the id of one whose name is blank', async () => {
    const id = await openOne()
    await account.call('PATCH', `/v1/endpoints/${id}`, { name: '  ' })
    await tab.page.reload()
    await tab.page.getByRole('heading', { name: id }).waitFor()
    await account.call('PATCH', `/v1/endpoints/${id}`, { name: 'Orders  EU ' })
    await tab.page.reload()
    await openView(tab.page, 'Settings')
    await button(tab.page, 'Delete this endpoint').click()
    const asking = await dialog(tab.page, 'Delete this endpoint')
    await asking.getByRole('textbox').fill('Orders EU')
    await button(asking, 'Delete for good').click()
    await tab.page.getByText('No endpoint yet').waitFor()
  })

  it('delete the endpoint once its name is typed', async () => {
    const id = await openOne()
    await openView(tab.page, 'Settings')
    await button(tab.page, 'Delete this endpoint').click()
    const asking = await dialog(tab.page, 'Delete this endpoint')
    expect(await button(asking, 'Delete for good').isDisabled()).toBe(true)
    await asking.getByRole('textbox').fill('Orders')
    await button(asking, 'Delete for good').click()
    await tab.page.getByText('No endpoint yet').waitFor()
    expect((await account.call('GET', `/v1/endpoints/${id}`)).status).toBe(404)
  })
})

describe('a rotation that is refused', () => {
  it('for want of room is not offered, since the ring says so before', async () => {
    const id = await openOne()
    for (let rotations = 0; rotations < 4; rotations += 1) {
      await account.call('POST', `/v1/endpoints/${id}/secret/rotate`, { overlapSeconds: 3600 })
    }
    await tab.context.addInitScript(axeScript)
    await tab.page.reload()
    const asking = await openRotation(tab.page)
    await asking.getByRole('radio', { name: 'It can hold two secrets' }).check()
    await asking.getByText('There is no room for another key.').waitFor()
    expect(await findingsInThemes(tab.page)).toEqual([])
    expect(await button(asking, 'Rotate secret').isDisabled()).toBe(true)
  })

  it('for the budget of a day is over with that: it is told when it can be, and nothing is repeated', async () => {
    const made = await account.createEndpoint({ name: 'Orders', mirror: 'on' })
    receiver = await startSecretReceiver(keyturn)
    await spendBudget(made.id)
    await openLink(tab.page, await account.mint())
    await openEndpoint(tab.page, 'Orders')
    await confirmRotation(tab.page, 'It can hold two secrets')
    const asking = await dialog(tab.page, 'Rotate secret')
    await asking.getByText('Too many changes in 24 hours.').waitFor()
    await asking.getByText('Possible again:').waitFor()
    await button(asking, 'Rotate secret').waitFor()
    expect(await tab.page.evaluate(() => sessionStorage.getItem('keyturn-pending'))).toBeNull()
    await button(asking, 'Cancel').click()
    expect(await tab.page.getByText('A request of this tab got no answer').count()).toBe(0)
  })
})

/** Rotates until no more is let through. */
async function spendBudget(id: string): Promise<void> {
  for (let rotations = 0; rotations < 200; rotations += 1) {
    const { status } = await account.call('POST', `/v1/endpoints/${id}/secret/rotate`, { overlapSeconds: 600 })
    if (status === 429) return
    await account.call('POST', `/v1/endpoints/${id}/secret/revoke-previous`, {})
  }
  throw new Error('every rotation was let through')
}

describe('the focus', () => {
  it('is where it was once a step is done', async () => {
    await openOne()
    const test = button(tab.page, 'Test the receiver').first()
    await test.focus()
    const replied = tab.page.waitForResponse(reply => reply.url().endsWith('/secret/probe'))
    await tab.page.keyboard.press('Enter')
    await replied
    await tab.page.locator('.next button.main:not([disabled])').waitFor()
    const isThere = await tab.page.waitForFunction(() => document.activeElement?.closest('.next, main h1') !== null)
    expect(await isThere.jsonValue()).toBe(true)
  })
})

describe('what cannot be taken back', () => {
  const returnUrl = (): string => `${bed.run.local.aws}/_portal-parent`

  it('asks for a recent sign-in before it is tried, and leads there', async () => {
    await openOne(storno, { authenticatedAt: undefined, returnUrl: returnUrl() })
    await confirmRotation(tab.page, 'No, one secret at a time')
    const asking = await dialog(tab.page, 'Rotate secret')
    await asking.getByText('This needs a sign-in of the last five minutes.').waitFor()
    await asking.getByText('This cannot be taken back, so it needs a sign-in of the last five minutes.').waitFor()
    await asking.getByRole('link', { name: 'Sign in again' }).first().click()
    await tab.page.waitForURL(returnUrl())
  })

  it('ends every key where the secret leaked, and the new one signs at once', async () => {
    const id = await openOne()
    await tab.page.getByText('More', { exact: true }).click()
    await button(tab.page, 'The secret leaked: end every key now').click()
    const asking = await dialog(tab.page, 'End every key now')
    await asking.getByRole('checkbox').check()
    await button(asking, 'Rotate secret').click()
    const copied = await copyAndClose(tab.page, await dialog(tab.page, 'New secret'))
    expect(memberAt((await account.call('GET', `/v1/endpoints/${id}/secret`)).json, 'keys.length')).toBe(1)
    const arrives = receiver.next()
    await account.call('POST', '/v1/events', { type: 'order.paid', payload: {} })
    const delivery = await arrives
    expect([isSignedBy(keyturn, delivery, [copied]), isSignedBy(keyturn, delivery, receiver.secrets)]).toEqual([
      true,
      false,
    ])
  })
})
