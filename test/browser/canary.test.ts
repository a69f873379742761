import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { findCanaries, type Place } from '../support/canary/find-canaries'
import { filesBelow } from '../support/canary/stored-places'
import { memberAt } from '../support/api-caller'
import { type BrowserBed, browserBed, type Tab } from './bed'
import { accountAt, button, copyAndClose, dialog, heading, openLink, rotate } from './portal'

// What a browser and a server have of a secret once its card is closed, however it was looked at before.

let bed: BrowserBed
let profile: string
let tab: Tab
const replies: string[] = []
const said: string[] = []
const secrets: string[] = []
let shownAt: readonly Place[]
let left: readonly Place[]

beforeAll(async () => {
  bed = await browserBed({ requests: 'shown' })
  profile = await mkdtemp(join(tmpdir(), 'keyturn-profile-'))
  tab = await bed.openKept(profile)
  await handleSecrets(tab)
  left = await placesOf(tab.page)
  await tab.close()
})

afterAll(async () => {
  await bed.close()
  await rm(profile, { recursive: true, force: true })
})

/** Secrets of each kind, looked at in each way, and put away. */
async function handleSecrets({ page, context }: Tab): Promise<void> {
  context.on('console', message => said.push(message.text()))
  context.on('response', reply => {
    if (/\/(?:endpoints|rotate)$/.test(reply.url()) && reply.request().method() === 'POST') void keepReply(reply.text())
  })
  // A browser that copies in no way, so that a secret is shown; the clipboard is none of the places.
  await context.addInitScript(() => {
    document.execCommand = () => false
    Object.assign(globalThis, {
      refuse: () => (navigator.clipboard.writeText = async () => Promise.reject(new Error())),
    })
  })
  await openLink(page, await accountAt(bed.run.local).mint())
  await button(page, 'Create the first endpoint').click()
  const form = await dialog(page, 'New endpoint')
  await form.getByLabel('Name').fill('Orders')
  await form.getByLabel('URL').fill('https://hooks.example.com/orders')
  await button(form, 'Create endpoint').click()
  secrets.push(await copyAndClose(page, await dialog(page, 'New secret')))

  await heading(page, 'Orders').waitFor()
  await rotate(page, 'It can hold two secrets')
  await page.reload()
  await page.evaluate(() => (globalThis as unknown as { refuse(): void }).refuse())
  const card = await dialog(page, 'New secret')
  await button(card, 'Copy').click()
  await button(card, 'Show it').click()
  secrets.push(await card.locator('code.value').innerText())
  shownAt = await placesOf(page)
  await button(card, 'Close').click()
  await button(card, 'Close without it').click()
  await card.waitFor({ state: 'detached' })
}

async function keepReply(text: Promise<string>): Promise<void> {
  // A reload ends what it has not read.
  replies.push(await text.catch(() => ''))
}

const place = (name: string, value: unknown): Place => ({ name, bytes: Buffer.from(JSON.stringify(value) ?? '') })

async function placesOf(page: Page): Promise<readonly Place[]> {
  const browser = await page.context().newCDPSession(page)
  const [history, { nodes }] = await Promise.all([
    browser.send('Page.getNavigationHistory'),
    browser.send('Accessibility.getFullAXTree'),
  ])
  const inPage = await page.evaluate(async () => ({
    DOM: [
      document.documentElement.outerHTML,
      document.title,
      [...document.querySelectorAll('input, textarea')].map(field => (field as HTMLInputElement).value),
    ],
    storage: [
      Object.entries(localStorage),
      Object.entries(sessionStorage),
      document.cookie,
      name,
      await indexedDB.databases(),
    ],
    'history state': [window.history.state, location.href],
    caches: await Promise.all(
      (await caches.keys()).map(async key => (await (await caches.open(key)).keys()).map(({ url }) => url)),
    ),
  }))
  return [
    ...Object.entries(inPage).map(([name, value]) => place(name, value)),
    place('accessible names', nodes),
    place('history', history),
    place('URLs', tab.requests),
    place('console', [said, tab.troubles]),
    { name: 'log', bytes: Buffer.from(bed.run.output()) },
  ]
}

const canaries = () => secrets.map((text, at) => ({ name: `secret ${at}`, text }))

describe('a secret whose card is closed', () => {
  it('is in no DOM, URL, storage, history, cache or console of its page, and in no log of the server', () => {
    expect(new Set(secrets.filter(text => text.startsWith('whsec_'))).size).toBe(2)
    expect(findCanaries(left, canaries())).toEqual([])
  })

  it('is in no file of the browser’s profile', async () => {
    const files = await filesBelow(profile)
    expect(files.length).toBeGreaterThan(20)
    expect(findCanaries(files, canaries())).toEqual([])
  })

  it('would be found: it was in replies, and in the DOM while it was shown', () => {
    const inReplies = findCanaries([place('replies', replies)], canaries())
    expect(inReplies).toEqual(expect.arrayContaining(['replies: secret 0 as text', 'replies: secret 1 as text']))
    const places = findCanaries(shownAt, canaries()).map(text => text.split(': ')[0])
    expect([...new Set(places)]).toEqual(['DOM', 'accessible names'])
  })

  it('was asked for by requests that the log tells, and that the profile knows', async () => {
    expect(bed.run.output()).toMatch(/POST .*\/secret\/rotate/)
    expect(memberAt(JSON.parse(replies[0] ?? '{}'), 'endpoint.name')).toBe('Orders')
    const url = Buffer.from(`${bed.run.local.api}/portal`)
    expect((await filesBelow(profile)).some(({ bytes }) => bytes.includes(url))).toBe(true)
  })
})
