import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Locator } from 'playwright-core'
import type { Contract } from '../../src/contracts/contract'
import { keyturn } from '../../src/contracts/keyturn'
import { storno } from '../../src/contracts/storno'
import { memberAt } from '../support/api-caller'
import type { Received } from '../unit/delivery/receiver'
import { type BrowserBed, browserBed, type Tab } from './bed'
import { type LossyProxy, startLossyProxy } from './lossy-proxy'
import {
  type Account,
  accountAt,
  type Answer,
  button,
  confirmRotation,
  copy,
  copyAndClose,
  dialog,
  heading,
  openEndpoint,
  openLink,
  rotate,
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

/** An endpoint of the contract whose receiver has its secret, with its page open. */
async function openRotatable(contract: Contract): Promise<string> {
  receiver = await startSecretReceiver(contract)
  const made = await account.createEndpoint({ contract: contract.name, url: receiver.url, name: 'Orders' })
  receiver.secrets = [made.signingSecret]
  await openLink(tab.page, await account.mint())
  await openEndpoint(tab.page, 'Orders')
  return made.id
}

/** What arrives of an event that the platform publishes. */
async function published(): Promise<Received> {
  const arrives = receiver.next()
  const { status } = await account.call('POST', '/v1/events', { type: 'order.paid', payload: { total: 12 } })
  expect(status).toBe(202)
  return arrives
}

describe('from the click to a delivery', () => {
  it.each<[string, Contract, Answer, boolean]>([
    ['of one signature', storno, 'No, one secret at a time', false],
    ['of several signatures', keyturn, 'It can hold two secrets', true],
  ])('%s: the secret that was copied verifies it', async (_, contract, answer, oldVerifiesToo) => {
    await openRotatable(contract)
    const before = receiver.secrets
    const copied = await copyAndClose(tab.page, await rotate(tab.page, answer))
    expect(before).not.toContain(copied)
    const delivery = await published()
    expect(isSignedBy(contract, delivery, [copied])).toBe(true)
    expect(isSignedBy(contract, delivery, before)).toBe(oldVerifiesToo)
    expect(tab.troubles).toEqual([])
  })
})

/** How many keys were ever made for the endpoint. */
async function keysMade(id: string): Promise<unknown> {
  return memberAt((await account.call('GET', `/v1/endpoints/${id}/secret`)).json, 'version')
}

describe('a rotation whose reply is lost', () => {
  let proxy: LossyProxy

  beforeEach(async () => {
    proxy = await startLossyProxy()
    await tab.close()
    tab = await bed.open({ proxy: { server: proxy.url } })
  })

  afterEach(() => proxy.close())

  const isRotation = (method: string, path: string): boolean => method === 'POST' && path.endsWith('/secret/rotate')
  const secretIn = (reply: string | undefined): unknown => memberAt(JSON.parse(reply ?? '{}'), 'signingSecret')

  it('once: shows the secret of that one rotation', async () => {
    const id = await openRotatable(keyturn)
    proxy.loses = (method, path) => isRotation(method, path) && proxy.lost.length === 0
    const copied = await copyAndClose(tab.page, await rotate(tab.page, 'It can hold two secrets'))
    expect(proxy.lost.map(secretIn)).toEqual([copied])
    expect(await keysMade(id)).toBe(2)
  })

  it('each time: repeats the same request by its button, and shows the secret of that one rotation', async () => {
    const id = await openRotatable(keyturn)
    proxy.loses = isRotation
    await confirmRotation(tab.page, 'It can hold two secrets')
    await tab.page.getByText('No reply came. Whether the request did anything is not known').waitFor()
    proxy.loses = () => false
    await button(tab.page, 'Repeat the same request').click()
    const copied = await copyAndClose(tab.page, await dialog(tab.page, 'New secret'))
    expect(new Set(proxy.lost.map(secretIn))).toEqual(new Set([copied]))
    expect(await keysMade(id)).toBe(2)
  })

  it('each time, and the tab is loaded anew: shows the secret of that one rotation, also after another reload', async () => {
    const id = await openRotatable(storno)
    proxy.loses = isRotation
    await confirmRotation(tab.page, 'No, one secret at a time')
    await tab.page.getByText('No reply came. Whether the request did anything is not known').waitFor()
    proxy.loses = () => false
    await tab.page.reload()
    const copied = await copy(tab.page, await dialog(tab.page, 'New secret'))
    await tab.page.reload()
    const again = await copyAndClose(tab.page, await dialog(tab.page, 'New secret'))
    expect(new Set([...proxy.lost.map(secretIn), again])).toEqual(new Set([copied]))
    expect(await keysMade(id)).toBe(2)
    expect(isSignedBy(storno, await published(), [copied])).toBe(true)
    await tab.page.reload()
    await heading(tab.page, 'Next').waitFor()
    expect(await tab.page.getByRole('dialog').count()).toBe(0)
  })
})

describe('the one next action', () => {
  /** Takes the step that the page offers, and says yes where it asks. */
  const take = async (act: string, asked: string): Promise<void> => {
    await nextStep().getByRole('button', { name: act, exact: true }).click()
    await button(await dialog(tab.page, asked), act).click()
  }
  /** As `take`. Within the first seconds of a key the server says that receivers may not have it yet. */
  const promote = async (): Promise<void> => {
    await take('Let the new key sign', 'Let the new key sign now?')
    const early = button(tab.page, 'Do it anyway')
    const done = nextStep().getByRole('button', { name: 'End the key before' })
    await early.or(done).waitFor()
    if (await early.isVisible()) await early.click()
    await done.waitFor()
  }
  const nextStep = (): Locator => tab.page.getByRole('region', { name: 'Next' })
  const situation = async (text: string): Promise<void> => nextStep().getByText(text).waitFor()
  const testReceiver = async (): Promise<void> => nextStep().getByRole('button', { name: 'Test the receiver' }).click()

  it('leads from a published key over proof, signing, a way back and again to the end of the key before', async () => {
    const id = await openRotatable(storno)
    const old = receiver.secrets
    const copied = await copyAndClose(tab.page, await rotate(tab.page, 'It can hold two secrets'))

    await situation('Deploy the new secret, then test whether your receiver has it.')
    await testReceiver()
    await situation('Your receiver does not have the new secret yet.')
    receiver.secrets = [copied, ...old]
    await testReceiver()
    await situation('Your receiver has the new secret. Let it sign.')
    expect(isSignedBy(storno, await published(), old)).toBe(true)
    await promote()
    await situation('Your receiver has the new key. The one before ends by itself')
    expect(isSignedBy(storno, await published(), [copied])).toBe(true)

    // Somebody deploys an older version of the receiver.
    receiver.secrets = old
    await nextStep().getByText('More', { exact: true }).click()
    await testReceiver()
    await situation('Your receiver refuses the new key and takes the one before: deliveries are failing.')
    await take('Roll back', 'Let the key before sign again?')
    await situation('Your receiver does not have the new secret yet.')
    expect(isSignedBy(storno, await published(), old)).toBe(true)

    receiver.secrets = [copied, ...old]
    await testReceiver()
    await promote()
    await take('End the key before', 'End the keys before now?')
    await situation('Nothing is under way. One key signs, and no other is live.')
    expect(isSignedBy(storno, await published(), [copied])).toBe(true)
    const { json } = await account.call('GET', `/v1/endpoints/${id}/secret`)
    expect(memberAt(json, 'keys.length')).toBe(1)
  })

  it('is read from the ring: another session goes on where the first one ended', async () => {
    await openRotatable(keyturn)
    const copied = await copyAndClose(tab.page, await rotate(tab.page, 'It can hold two secrets'))
    await button(tab.page, 'Sign out').click()
    await tab.page.getByText('You are signed out').waitFor()
    receiver.secrets = [copied]
    await openLink(tab.page, await account.mint({ subject: 'grace' }))
    await openEndpoint(tab.page, 'Orders')
    await situation('Deploy the new secret, then test whether your receiver has it.')
    await testReceiver()
    await situation('Your receiver has the new secret. Let it sign.')
  })
})

describe('two tabs', () => {
  it('that rotate at once make one key: the other is told that the keys have changed', async () => {
    const id = await openRotatable(keyturn)
    const other = await tab.context.newPage()
    await openLink(other, await account.mint())
    await openEndpoint(other, 'Orders')
    const pages = [tab.page, other]
    await Promise.all(pages.map(async page => confirmRotation(page, 'It can hold two secrets')))
    const outcomes = await Promise.all(
      pages.map(async page => {
        const told = page.getByText('The keys have changed since you looked, perhaps in another tab.')
        const card = page.getByRole('heading', { name: 'New secret' })
        await told.or(card).waitFor()
        return (await told.isVisible()) ? 'told' : 'made'
      }),
    )
    expect(outcomes.toSorted()).toEqual(['made', 'told'])
    expect(await keysMade(id)).toBe(2)
  })

  it('of two tenants show each its own, over a reload, and one signs out without the other', async () => {
    await openRotatable(keyturn)
    const neighbour = accountAt(bed.run.local)
    await neighbour.createEndpoint({ name: 'Invoices' })
    const other = await tab.context.newPage()
    await openLink(other, await neighbour.mint({ subject: 'grace', displayName: 'Grace Hopper' }))
    await tab.page.goto(`${bed.run.local.api}/portal#/`)
    const seen = async (): Promise<readonly string[]> =>
      Promise.all([tab.page, other].map(async page => page.locator('tbody a').innerText()))
    expect(await seen()).toEqual(['Orders', 'Invoices'])
    await Promise.all([tab.page.reload(), other.reload()])
    expect(await seen()).toEqual(['Orders', 'Invoices'])
    await button(other, 'Sign out').click()
    await other.getByText('You are signed out').waitFor()
    await tab.page.reload()
    expect(await tab.page.locator('tbody a').innerText()).toBe('Orders')
    await other.reload()
    await other.getByText('Open this page from your platform').first().waitFor()
  })

  it('of which one opens another person’s link keeps the session that it has until somebody continues', async () => {
    await openRotatable(keyturn)
    const link = await account.mint({ subject: 'grace', displayName: 'Grace Hopper' })
    await tab.page.goto(link.url)
    await tab.page.getByText('This tab is signed in as Ada Lovelace').waitFor()
    await button(tab.page, 'Stay signed in as Ada Lovelace').click()
    await tab.page.getByText('Ada Lovelace').waitFor()
    await openLink(tab.page, link)
    await tab.page.getByText('Grace Hopper').waitFor()
  })
})
