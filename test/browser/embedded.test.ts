import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Frame, Locator, Page } from 'playwright-core'
import { join } from 'node:path'
import { openSessionIssuer } from '../../local/session-issuer'
import { apiCaller } from '../support/api-caller'
import { axeScript, findingsInThemes } from './axe'
import { type BrowserBed, browserBed, type Tab } from './bed'
import { type Account, accountAt, button, heading, type Link, openLink } from './portal'
import { type Site, startSite } from './sites'

// The page in a frame: of a page that may have it, by what that hands over, and of others, who may not.

let stranger: Site
let bed: BrowserBed
let account: Account
let tab: Tab

beforeAll(async () => {
  stranger = await startSite()
  bed = await browserBed()
})

afterAll(async () => {
  await bed.close()
  await stranger.close()
})

beforeEach(async () => {
  account = accountAt(bed.run.local)
  tab = await bed.open()
  await tab.page.addInitScript(() => {
    const told: unknown[] = []
    addEventListener('message', ({ origin, data }) => told.push([origin, data]))
    Object.assign(window, { told })
  })
})

afterEach(() => tab.close())

/** The origins whose pages may have the portal in their frame: two names of one server, and so two sites. */
function parents(): readonly [string, string] {
  const { aws } = bed.run.local
  return [aws, aws.replace('127.0.0.1', 'localhost')]
}

/** Opens the platform's page, which hands the text behind its `#` over. */
async function openParent(page: Page, origin: string, handed: string): Promise<Locator> {
  await page.goto(`${origin}/_portal-parent#${handed}`)
  return page.frameLocator('iframe').locator('#portal')
}

async function continueIn(portal: Locator): Promise<void> {
  await button(portal, 'Continue').click()
  await heading(portal, 'Webhooks').waitFor()
}

function portalFrame(page: Page): Frame {
  const frame = page.frames().find(each => each.url().includes('/portal/embed'))
  if (frame === undefined) throw new Error('the page has no portal in a frame')
  return frame
}

/** What the page was told by messages, as origins and types. */
async function toldTo(page: Page): Promise<readonly unknown[]> {
  return page.evaluate(() => (window as unknown as { readonly told: readonly unknown[] }).told)
}

function toldBy(...types: readonly string[]): readonly unknown[] {
  return types.map(type => [bed.run.local.api, { type }])
}

/** An empty parent with one portal in it, which waits for what is handed over. */
async function waitingPortal(page: Page): Promise<Locator> {
  const { api, aws } = bed.run.local
  if (!page.url().startsWith(aws)) await page.goto(`${aws}/_portal-parent`)
  await page.evaluate(src => {
    const frame = document.createElement('iframe')
    frame.src = src
    document.body.append(frame)
  }, `${api}/portal/embed`)
  const portal = page.frameLocator('iframe').first().locator('#portal')
  await heading(portal, 'Waiting for your platform…').waitFor()
  return portal
}

function openMessage({ url }: Pick<Link, 'url'>): object {
  return { type: 'keyturn:open', code: new URL(url).hash.slice(1) }
}

/** Hands a message to the first frame, as the page around it does. */
async function handOver(page: Page, message: object): Promise<void> {
  await page.evaluate(data => window.frames[0]?.postMessage(data, '*'), message)
}

/** A session of the platform's own, of a person who acts for these tenants and has signed in so many minutes ago. */
async function ownSession(tenantId: readonly string[], minutesAgo: number): Promise<string> {
  const issuer = await openSessionIssuer(join(bed.run.dataDir, 'session-key.json'))
  const signedInAt = new Date(Date.now() - minutesAgo * 60_000)
  return issuer.issue({ issuer: bed.run.local.aws, subject: 'grace', role: 'admin', tenantId, signedInAt })
}

function describes(): number {
  return tab.requests.filter(url => url.endsWith('/portal-sessions/describe')).length
}

const grace = { subject: 'grace', displayName: 'Grace Hopper' }

describe('a page that may have the portal in its frame', () => {
  it.each([0, 1] as const)('opens it by a code, whose token is in memory alone, as parent %d', async at => {
    const origin = parents()[at]
    const sent: Promise<Record<string, string>>[] = []
    tab.context.on('request', request => {
      if (request.url().includes('/v1/')) sent.push(request.allHeaders())
    })
    const link = await account.mint({ parentOrigins: [origin] })
    await continueIn(await openParent(tab.page, origin, link.url))
    expect(await toldTo(tab.page)).toEqual(toldBy('keyturn:ready', 'keyturn:opened'))
    expect(await tab.context.cookies()).toEqual([])
    const kept = await portalFrame(tab.page).evaluate(() => {
      try {
        return JSON.stringify([sessionStorage, localStorage])
      } catch {
        // A browser that lets no frame of another site keep anything.
        return 'denied'
      }
    })
    expect(kept).toBe(at === 0 ? '[{},{}]' : 'denied')
    const headers = await Promise.all(sent)
    expect(headers.filter(({ cookie }) => cookie !== undefined)).toEqual([])
    expect(headers.some(({ authorization }) => authorization?.startsWith('Bearer kps_') === true)).toBe(true)
    expect(tab.requests.filter(url => /kp[cs]_/.test(url))).toEqual([])
    expect(tab.troubles).toEqual([])
  })

  it('opens it by a session of several tenants, as the one that it names', async () => {
    const { tenantId, endpointId } = bed.run.local.contracts.keyturn
    const made = await account.createEndpoint({ name: 'Orders' })
    const jwt = await ownSession([tenantId, account.tenantId], 0)
    const seen: Record<string, readonly boolean[]> = {}
    for (const each of [tenantId, account.tenantId]) {
      await tab.page.goto('about:blank')
      const portal = await waitingPortal(tab.page)
      await handOver(tab.page, { type: 'keyturn:open', jwt, tenantId: each })
      await portal.getByRole('table', { name: 'Your endpoints' }).waitFor()
      const links = [endpointId, made.id].map(id => portal.locator(`a[href*="${id}"]`).count())
      seen[each] = (await Promise.all(links)).map(count => count > 0)
    }
    expect(seen).toEqual({ [tenantId]: [true, false], [account.tenantId]: [false, true] })
  })

  it('opens nothing by a session of several tenants that names none of them, or another', async () => {
    const jwt = await ownSession([account.tenantId, 'org_2'], 0)
    await tab.context.addInitScript(axeScript)
    for (const named of [{}, { tenantId: 'org_3' }]) {
      await tab.page.goto('about:blank')
      const portal = await waitingPortal(tab.page)
      await handOver(tab.page, { type: 'keyturn:open', jwt, ...named })
      await heading(portal, 'Your session opens nothing here').waitFor()
      expect(await toldTo(tab.page)).toEqual(toldBy('keyturn:ready', 'keyturn:refused'))
      expect(await findingsInThemes(tab.page, portalFrame(tab.page))).toEqual([])
    }
  })

  it('asks for another sign-in where one of the platform’s own is longer ago, before a key is ended', async () => {
    const { id } = await account.createEndpoint({ name: 'Orders' })
    const portal = await waitingPortal(tab.page)
    const jwt = await ownSession([account.tenantId], 10)
    await handOver(tab.page, { type: 'keyturn:open', jwt })
    await portal.locator(`a[href*="${id}"]`).first().click()
    await portal.locator('summary', { hasText: 'More' }).click()
    await button(portal, 'The secret leaked: end every key now').click()
    const asking = portal.getByRole('dialog')
    await asking.getByText('This needs a sign-in of the last five minutes.').waitFor()
  })

  it('opens it by a session of the platform’s own, whose role decides', async () => {
    const { adminSession, memberSession, tenantId, endpointId } = bed.run.local.contracts.keyturn
    const [origin] = parents()
    const seen: Record<string, readonly number[]> = {}
    for (const [role, token] of Object.entries({ adminSession, memberSession })) {
      const portal = await openParent(tab.page, origin, token)
      await portal.getByText(tenantId).first().waitFor()
      await portalFrame(tab.page).evaluate(hash => void (location.hash = hash), `#/endpoints/${endpointId}`)
      await heading(portal, 'Next').waitFor()
      // Also what stands under More.
      const controls = ['Rotate secret', 'Test the receiver', 'Sign out'].map(name =>
        portal.getByRole('button', { name, includeHidden: true }).count(),
      )
      seen[role] = await Promise.all(controls)
    }
    const [rotates = 0] = seen['adminSession'] ?? []
    expect(rotates).toBeGreaterThan(0)
    // A session that the platform made is not ended here.
    expect(seen['adminSession']?.[2]).toBe(0)
    expect(seen['memberSession']).toEqual([0, 0, 0])
    const caller = apiCaller(bed.run.local.api)
    const path = `/v1/endpoints/${endpointId}/secret/rotate`
    expect((await caller.call('POST', path, { token: memberSession, body: {} })).status).toBe(403)
    expect(await tab.context.cookies()).toEqual([])
  })

  it('is led back to by a page of its own, which has no hold on the frame', async () => {
    const [origin] = parents()
    const returnUrl = `${origin}/_portal-parent`
    const portal = await openParent(tab.page, origin, (await account.mint({ parentOrigins: [origin], returnUrl })).url)
    await continueIn(portal)
    await button(portal, 'Sign out').click()
    const opened = tab.context.waitForEvent('page')
    await portal.getByRole('link', { name: 'Back to your platform' }).click()
    const page = await opened
    await heading(page, "A platform's page").waitFor()
    expect(await page.evaluate(() => [window.opener, document.referrer])).toEqual([null, ''])
    expect(await toldTo(tab.page)).toEqual(toldBy('keyturn:ready', 'keyturn:opened', 'keyturn:signed-out'))
  })

  it('is told that a session of nobody opens nothing', async () => {
    const portal = await openParent(tab.page, parents()[0], 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.x')
    await heading(portal, 'Your session opens nothing here').waitFor()
    expect(await toldTo(tab.page)).toEqual(toldBy('keyturn:ready', 'keyturn:refused'))
  })

  it('puts no other person in the place of one whose session is open, unless that one says so', async () => {
    const { adminSession } = bed.run.local.contracts.keyturn
    const [origin] = parents()
    const own = await account.mint({ parentOrigins: [origin] })
    const portal = await openParent(tab.page, origin, own.url)
    await continueIn(portal)
    const answered = tab.page.waitForResponse(reply => reply.url().endsWith('/v1/session'))
    await handOver(tab.page, { type: 'keyturn:open', jwt: adminSession })
    expect(await (await answered).json()).toMatchObject({ subject: 'local-admin' })
    const other = await accountAt(bed.run.local).mint({ ...grace, parentOrigins: [origin] })
    await handOver(tab.page, openMessage(other))
    await portal
      .getByRole('alert')
      .filter({ hasText: `signed in as Ada Lovelace of ${account.tenantId}` })
      .waitFor()
    await button(portal, 'Stay signed in as Ada Lovelace').click()
    await heading(portal, 'Webhooks').waitFor()
    await portal.getByText('Ada Lovelace').waitFor()
  })

  it('puts no other person there by asking twice, or by a session that is none', async () => {
    const { adminSession } = bed.run.local.contracts.keyturn
    const [origin] = parents()
    const portal = await openParent(tab.page, origin, (await account.mint({ parentOrigins: [origin] })).url)
    await continueIn(portal)
    const other = openMessage(await accountAt(bed.run.local).mint({ ...grace, parentOrigins: [origin] }))
    const warning = portal.getByRole('alert').filter({ hasText: `signed in as Ada Lovelace of ${account.tenantId}` })
    await handOver(tab.page, other)
    await warning.waitFor()
    await handOver(tab.page, { type: 'keyturn:open', jwt: adminSession })
    await heading(portal, 'Webhooks').waitFor()
    await portal.getByText('Ada Lovelace').waitFor()
    await handOver(tab.page, { type: 'keyturn:open', jwt: 'a.b.c' })
    await heading(portal, 'Your session opens nothing here').waitFor()
    await handOver(tab.page, other)
    await warning.waitFor()
    const described = tab.page.waitForResponse(reply => reply.url().endsWith('/describe'))
    await handOver(tab.page, other)
    await described
    await button(portal, 'Stay signed in as Ada Lovelace').click()
    await heading(portal, 'Webhooks').waitFor()
    expect(await toldTo(tab.page)).not.toContainEqual(expect.objectContaining({ type: 'keyturn:over' }))
  })
})

describe('a page that a session does not list', () => {
  it('gets a session that is over, although the deployment lets it have the frame', async () => {
    const [listed, other] = parents()
    const link = await account.mint({ parentOrigins: [listed] })
    const portal = await openParent(tab.page, other, link.url)
    const exchanged = tab.page.waitForResponse(reply => reply.url().endsWith('/portal-sessions/exchange'))
    await button(portal, 'Continue').click()
    await heading(portal, 'This page is not for the site that shows it').waitFor()
    const { token } = (await (await exchanged).json()) as { readonly token: string }
    const caller = apiCaller(bed.run.local.api)
    expect((await caller.call('GET', '/v1/session', { token })).status).toBe(401)
    expect(await toldTo(tab.page)).toEqual(toldBy('keyturn:ready', 'keyturn:refused'))
  })

  it('is also the portal by itself: a code for a frame opens nothing there', async () => {
    const link = await account.mint({ parentOrigins: [parents()[0]] })
    await tab.page.goto(link.url.replace('/portal/embed', '/portal'))
    const exchanged = tab.page.waitForResponse(reply => reply.url().endsWith('/portal-sessions/exchange'))
    await button(tab.page, 'Continue').click()
    await heading(tab.page, 'This page is not for the site that shows it').waitFor()
    const { token } = (await (await exchanged).json()) as { readonly token: string }
    const caller = apiCaller(bed.run.local.api)
    expect((await caller.call('GET', '/v1/session', { token })).status).toBe(401)
    await tab.page.reload()
    await heading(tab.page, 'Open this page from your platform').waitFor()
  })

  it('nor does a code for the page by itself in a frame', async () => {
    const link = await account.mint()
    const portal = await openParent(tab.page, parents()[0], link.url)
    await button(portal, 'Continue').click()
    await heading(portal, 'This link no longer works').waitFor()
    expect(await tab.context.cookies()).toEqual([])
  })

  it('is the page for frames without one, too', async () => {
    const link = await account.mint({ parentOrigins: [parents()[0]] })
    await tab.page.goto(link.url)
    await heading(tab.page, 'Open this page from your platform').waitFor()
    expect(describes()).toBe(0)
  })
})

describe('a message', () => {
  it('from another frame of the same page is not listened to', async () => {
    const [origin] = parents()
    const portal = await waitingPortal(tab.page)
    const [own, other] = [
      await account.mint({ parentOrigins: [origin] }),
      await account.mint({ ...grace, parentOrigins: [origin] }),
    ]
    await waitingPortal(tab.page)
    // The second frame is the portal itself, so not even its origin tells it from the first.
    const sibling = tab.page.frames().filter(frame => frame.url().includes('/portal/embed'))[1]
    await sibling?.evaluate(data => window.parent.frames[0]?.postMessage(data, '*'), openMessage(other))
    await handOver(tab.page, openMessage(own))
    await portal.getByText('Ada Lovelace').waitFor()
    expect(describes()).toBe(1)
  })

  it('from whoever opened the page around it is not listened to', async () => {
    const [origin] = parents()
    const [own, other] = [
      await account.mint({ parentOrigins: [origin] }),
      await account.mint({ ...grace, parentOrigins: [origin] }),
    ]
    await tab.page.goto(stranger.origin)
    const opened = tab.context.waitForEvent('page')
    await tab.page.evaluate(url => void Object.assign(window, { victim: window.open(url) }), `${origin}/_portal-parent`)
    const victim = await opened
    await victim.waitForLoadState()
    const portal = await waitingPortal(victim)
    const isReached = await tab.page.evaluate(data => {
      const { victim: window } = globalThis as unknown as { readonly victim: Window }
      window.frames[0]?.postMessage(data, '*')
      return window.frames.length
    }, openMessage(other))
    expect(isReached).toBe(1)
    await handOver(victim, openMessage(own))
    await portal.getByText('Ada Lovelace').waitFor()
    expect(describes()).toBe(1)
  })

  it('that is not ours, or has no code, is not listened to', async () => {
    const portal = await waitingPortal(tab.page)
    const own = openMessage(await account.mint({ parentOrigins: [parents()[0]] }))
    for (const type of ['open', 'keyturn:close', null]) await handOver(tab.page, { ...own, type })
    for (const code of ['kpc_x', 7, null, { toString: 'kpc_' }])
      await handOver(tab.page, { type: 'keyturn:open', code })
    await handOver(tab.page, { type: 'keyturn:open', jwt: 'a.b.c\r\nx: y' })
    await handOver(tab.page, { type: 'keyturn:open', jwt: 'a.b.c', tenantId: 'a\r\nb' })
    await handOver(tab.page, own)
    await portal.getByText('Ada Lovelace').waitFor()
    expect(tab.requests.filter(url => url.includes('/v1/'))).toHaveLength(1)
  })
})

describe('a page that may not have the portal in its frame', () => {
  it.each(['origin', 'elsewhere'] as const)('has nothing in it, at its %s', async where => {
    const { api } = bed.run.local
    const failed = tab.context.waitForEvent('requestfailed', request => request.url() === `${api}/portal/embed`)
    await tab.page.goto(stranger[where])
    await tab.page.evaluate(src => {
      const frame = document.createElement('iframe')
      frame.src = src
      document.body.append(frame)
    }, `${api}/portal/embed`)
    expect((await failed).failure()?.errorText).toMatch(/BLOCKED/)
  })

  it('has nothing in it by a page that may, around which it stands', async () => {
    const { api, aws, contracts } = bed.run.local
    const failed = tab.context.waitForEvent('requestfailed', request => request.url() === `${api}/portal/embed`)
    await tab.page.goto(stranger.origin)
    await tab.page.evaluate(src => {
      const frame = document.createElement('iframe')
      frame.src = src
      document.body.append(frame)
    }, `${aws}/_portal-parent#${contracts.keyturn.adminSession}`)
    expect((await failed).failure()?.errorText).toMatch(/BLOCKED/)
    expect(tab.requests.filter(url => url.includes('/v1/'))).toEqual([])
  })
})

describe('the same person in both pages', () => {
  it('has two sessions, of which neither is good for the other page', async () => {
    const [origin] = parents()
    const page = await account.mint()
    await openLink(tab.page, page)
    const framed = await tab.context.newPage()
    await continueIn(await openParent(framed, origin, (await account.mint({ parentOrigins: [origin] })).url))
    const [{ name, value } = { name: '', value: '' }, ...others] = await tab.context.cookies()
    expect([name, others]).toEqual([`__Host-kt-${page.id.slice(3)}`, []])
    // What the cookie holds is no token that a frame could send.
    const status = await portalFrame(framed).evaluate(async id => {
      const reply = await fetch('/v1/session', { headers: { authorization: `Bearer ${id}` }, credentials: 'omit' })
      return reply.status
    }, value)
    expect(status).toBe(401)
  })
})
