import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { apiCaller, memberAt, textAt } from '../support/api-caller'
import { type BrowserBed, browserBed, type Tab } from './bed'
import { type Account, accountAt, button, heading, type Link, type MadeEndpoint, openLink } from './portal'
import { type Site, startSite } from './sites'

// What others try against the page that stands by itself: links, sites around it, and a person who wants more than theirs.

let folder: string
let stranger: Site
let bed: BrowserBed
let account: Account
let tab: Tab

beforeAll(async () => {
  stranger = await startSite()
  folder = await mkdtemp(join(tmpdir(), 'keyturn-attacks-'))
  const config = join(folder, 'keyturn.config.mjs')
  // As if the platform let the stranger's pages call: what holds is then the portal's own, and not the local run's guard.
  const corsOrigins = [stranger.origin]
  await writeFile(
    config,
    `export default ${JSON.stringify({ stage: 'dev', contracts: [{ contract: 'keyturn' }], corsOrigins })}`,
  )
  bed = await browserBed({ config })
})

afterAll(async () => {
  await bed.close()
  await stranger.close()
  await rm(folder, { recursive: true })
})

beforeEach(async () => {
  account = accountAt(bed.run.local)
  tab = await bed.open()
})

afterEach(() => tab.close())

const grace = { subject: 'grace', displayName: 'Grace Hopper' }

function endpointOf(account: Account, name = 'Orders'): Promise<MadeEndpoint> {
  return account.createEndpoint({ name, url: `${stranger.origin}/hooks` })
}

/** The code in a link. */
function codeOf({ url }: Link): string {
  return new URL(url).hash.slice(1)
}

interface Called {
  readonly status: number
  readonly text: string
}

/** As much of `RequestInit` as goes to a page. */
interface Init {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly mode?: 'no-cors'
  readonly credentials?: 'include'
}

interface Call {
  readonly url: string
  readonly init: Init
}

/** A request by a script of the page, or by the browser's own tools. Null: the browser lets nobody see a reply. */
async function fetchIn(page: Page, url: string, init: Init = {}): Promise<Called | null> {
  return page.evaluate(
    async ({ url, init }: Call) => {
      try {
        const reply = await fetch(url, init)
        return { status: reply.status, text: await reply.text() }
      } catch {
        // The browser says no more than that.
        return null
      }
    },
    { url, init },
  )
}

/** The headers of a page's own calls. */
function asSession({ id }: Pick<Link, 'id'>, body?: object): Init {
  const headers = { 'keyturn-portal-session': id, 'content-type': 'application/json' }
  return { headers, ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }) }
}

/** What the API tells the page of its session; null: the session is over. */
async function sessionIn(page: Page, link: Pick<Link, 'id'>): Promise<unknown> {
  const reply = await fetchIn(page, `${bed.run.local.api}/v1/session`, asSession(link))
  return reply?.status === 200 ? JSON.parse(reply.text) : null
}

async function cookiesOf({ context }: Tab): Promise<readonly string[]> {
  return (await context.cookies()).map(({ name }) => name)
}

function cookieName({ id }: Pick<Link, 'id'>): string {
  return `__Host-kt-${id.slice(3)}`
}

describe('a link that somebody has used', () => {
  it('opens nothing again, in the same browser or in another', async () => {
    const link = await account.mint()
    await openLink(tab.page, link)
    const other = await bed.open()
    for (const page of [await tab.context.newPage(), other.page]) {
      await page.goto(link.url)
      await heading(page, 'This link no longer works').waitFor()
    }
    expect(await cookiesOf(other)).toEqual([])
    await other.close()
  })

  it('gives nothing to a script of the page that has its code and a nonce of its own', async () => {
    const link = await account.mint()
    await openLink(tab.page, link)
    const init = asSession(link, { code: codeOf(link), nonce: 'n'.repeat(43) })
    const reply = await fetchIn(tab.page, `${bed.run.local.api}/v1/portal-sessions/exchange`, init)
    expect(reply).toMatchObject({ status: 401 })
    expect(reply?.text).not.toContain('kps_')
  })
})

describe('a code that many send at once', () => {
  it('gives one token, for one nonce', async () => {
    const code = codeOf(await account.mint({ parentOrigins: [bed.run.local.aws] }))
    const caller = apiCaller(bed.run.local.api)
    const headers = { origin: bed.run.local.api }
    const nonces = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? 'n' : 'm').repeat(43))
    const replies = await Promise.all(
      nonces.map(nonce => caller.call('POST', '/v1/portal-sessions/exchange', { headers, body: { code, nonce } })),
    )
    const good = replies.filter(({ status }) => status === 200)
    expect([good.length, new Set(good.map(reply => textAt(reply, 'token'))).size]).toEqual([10, 1])
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(10)
  })
})

describe("a stranger's link over a session that is open", () => {
  it('says whose it is and whose session would end, and ends nothing until somebody continues', async () => {
    const own = await account.mint()
    await openLink(tab.page, own)
    const other = await accountAt(bed.run.local).mint(grace)
    const replaces = tab.page.getByRole('alert').filter({ hasText: `signed in as Ada Lovelace of ${account.tenantId}` })
    await tab.page.goto(other.url)
    await replaces.waitFor()
    expect(await tab.page.locator('dl').innerText()).toContain('Grace Hopper')
    await button(tab.page, 'Stay signed in as Ada Lovelace').click()
    await heading(tab.page, 'Webhooks').waitFor()
    expect(await sessionIn(tab.page, own)).toMatchObject({ subject: 'ada' })
    expect(await cookiesOf(tab)).toEqual([cookieName(own)])
    await tab.page.evaluate(hash => void (location.hash = hash), codeOf(other))
    await replaces.waitFor()
    await button(tab.page, 'Continue').click()
    await heading(tab.page, 'Webhooks').waitFor()
    expect([await sessionIn(tab.page, own), await sessionIn(tab.page, other)]).toMatchObject([null, grace])
    expect(await cookiesOf(tab)).toEqual([cookieName(other)])
  })

  it('leaves the session of another tab as it is', async () => {
    const own = await account.mint()
    await openLink(tab.page, own)
    const other = await accountAt(bed.run.local).mint(grace)
    await openLink(await tab.context.newPage(), other)
    expect([await sessionIn(tab.page, own), await sessionIn(tab.page, other)]).toMatchObject([
      { subject: 'ada' },
      grace,
    ])
    const crossed = { ...asSession(own).headers, cookie: 'a=b' }
    await tab.context.clearCookies({ name: cookieName(own) })
    expect(await fetchIn(tab.page, `${bed.run.local.api}/v1/session`, { headers: crossed })).toMatchObject({
      status: 401,
    })
  })
})

describe("a stranger's site", () => {
  const sites = ['origin', 'elsewhere'] as const

  it.each(sites)('exchanges no code by a form or a script, at its %s', async where => {
    const link = await account.mint()
    const exchange = `${bed.run.local.api}/v1/portal-sessions/exchange`
    const body = JSON.stringify({ code: codeOf(link), nonce: 'n'.repeat(43) })
    await tab.page.goto(stranger[where])
    const plain = { method: 'POST', body, credentials: 'include' } as const
    const tried: readonly Init[] = [
      { ...plain, mode: 'no-cors', headers: { 'content-type': 'text/plain' } },
      { ...plain, headers: { 'content-type': 'text/plain' } },
      { ...plain, headers: { 'content-type': 'application/json' } },
    ]
    for (const init of tried) expect((await fetchIn(tab.page, exchange, init))?.text ?? '').toBe('')
    const answered = tab.page.waitForResponse(response => response.url() === exchange)
    // A form makes JSON of a name and a value with `text/plain`.
    await tab.page.evaluate(
      ({ action, name }) => {
        const form = document.createElement('form')
        Object.assign(form, { action, method: 'POST', enctype: 'text/plain' })
        const input = document.createElement('input')
        Object.assign(input, { name: `${name.slice(0, -1)},"x":"`, value: '"}' })
        form.append(input)
        document.body.append(form)
        form.submit()
      },
      { action: exchange, name: body },
    )
    expect((await answered).status()).toBe(403)
    expect(await cookiesOf(tab)).toEqual([])
    await openLink(await tab.context.newPage(), link)
  })

  it.each(sites)('signs nobody in by a hidden frame, at its %s', async where => {
    const link = await account.mint()
    const { api } = bed.run.local
    await tab.page.goto(stranger[where])
    for (const path of ['/portal', '/portal/embed']) {
      const failed = tab.context.waitForEvent('requestfailed', request => request.url().startsWith(api + path))
      await tab.page.evaluate(
        src => {
          const frame = document.createElement('iframe')
          Object.assign(frame, { src, hidden: true })
          document.body.append(frame)
        },
        `${api}${path}#${codeOf(link)}`,
      )
      expect((await failed).failure()?.errorText).toMatch(/BLOCKED/)
    }
    expect(await cookiesOf(tab)).toEqual([])
    expect(tab.requests.filter(url => url.includes('/v1/'))).toEqual([])
  })

  it.each(sites)('can do nothing with the cookie of a session, with the header or without, at its %s', async where => {
    const link = await account.mint()
    await openLink(tab.page, link)
    const { id } = await endpointOf(account)
    const page = await tab.context.newPage()
    await page.goto(stranger[where])
    const replies: (readonly [string, number])[] = []
    page.on('response', response => replies.push([response.request().method(), response.status()]))
    const { api } = bed.run.local
    const rotate = `${api}/v1/endpoints/${id}/secret/rotate`
    const session = `${api}/v1/session`
    const withCookie = { credentials: 'include' } as const
    const changing = { ...withCookie, method: 'POST', body: '{}' } as const
    for (const init of [withCookie, { ...withCookie, mode: 'no-cors' as const }]) {
      expect((await fetchIn(page, session, init))?.text ?? '').toBe('')
    }
    for (const init of [changing, { ...changing, mode: 'no-cors' as const }]) {
      expect((await fetchIn(page, rotate, init))?.text ?? '').toBe('')
    }
    for (const url of [session, rotate]) {
      const init = { ...asSession(link), ...(url === rotate ? changing : withCookie) }
      expect(await fetchIn(page, url, init)).toBeNull()
      // A header of its own makes it ask first; without that the browser sends the header to nobody.
      expect((await fetchIn(page, url, { ...init, mode: 'no-cors' }))?.text ?? '').toBe('')
    }
    const statuses = new Set(replies.flatMap(([method, status]) => (method === 'OPTIONS' ? [] : status)))
    for (const status of statuses) expect([401, 403]).toContain(status)
    expect(statuses.has(401)).toBe(true)
    const state = await account.call('GET', `/v1/endpoints/${id}/secret`)
    expect(memberAt(state.json, 'version')).toBe(1)
    expect(await sessionIn(tab.page, link)).toMatchObject({ subject: 'ada' })
  })

  it('continues nothing by a click that was meant for a window of its own, in front of the portal', async () => {
    const link = await account.mint()
    await tab.page.goto(link.url)
    const proceed = button(tab.page, 'Continue')
    await proceed.waitFor()
    const inspector = await tab.context.newCDPSession(tab.page)
    await inspector.send('Emulation.setFocusEmulationEnabled', { enabled: false })
    const window = await tab.context.newPage()
    await window.bringToFront()
    await tab.page.locator('button[aria-disabled=true]').waitFor()
    await proceed.dispatchEvent('click', { detail: 1 })
    await window.close()
    await tab.page.bringToFront()
    // Once somebody can have read it, the same click is meant for it.
    await tab.page.locator('button[aria-disabled=false]').waitFor()
    expect(tab.requests.filter(url => url.endsWith('/exchange'))).toEqual([])
    await proceed.click()
    await heading(tab.page, 'Webhooks').waitFor()
  })

  it('has no hold on a portal that it opens, and is heard by nobody there', async () => {
    const link = await account.mint()
    await tab.page.goto(stranger.origin)
    const opened = tab.context.waitForEvent('page')
    await tab.page.evaluate(url => {
      // Named, so that it could be led elsewhere later.
      Object.assign(window, { victim: window.open(url, 'victim') })
    }, `${bed.run.local.api}/portal`)
    const victim = await opened
    await heading(victim, 'Open this page from your platform').waitFor()
    await openLink(victim, await accountAt(bed.run.local).mint(grace))
    const isCut = await tab.page.evaluate(code => {
      const { victim } = window as unknown as { readonly victim: Window }
      victim.postMessage({ type: 'keyturn:open', code }, '*')
      return victim.closed
    }, codeOf(link))
    expect([isCut, await victim.evaluate(() => window.opener)]).toEqual([true, null])
    await victim.getByText('Grace Hopper').waitFor()
    // The link was looked at by nobody.
    const other = await tab.context.newPage()
    await openLink(other, link)
  })
})

describe('the cookie of a session', () => {
  it('is for this host alone, and for no script', async () => {
    const link = await account.mint()
    await openLink(tab.page, link)
    const [cookie, ...others] = await tab.context.cookies()
    expect(others).toEqual([])
    const flags = { path: '/', domain: '127.0.0.1', httpOnly: true, secure: true, sameSite: 'Strict' }
    expect(cookie).toMatchObject({ name: cookieName(link), ...flags })
    const secondsLeft = (cookie?.expires ?? 0) - Date.now() / 1000
    expect(secondsLeft).toBeLessThanOrEqual(900)
    expect(await tab.page.evaluate(() => document.cookie)).toBe('')
    const kept = await tab.page.evaluate(() => JSON.stringify([sessionStorage, localStorage]))
    expect(kept).not.toMatch(/kps_|kpc_/)
  })

  it('is good for nothing once it is stolen without the id of its session', async () => {
    await openLink(tab.page, await account.mint())
    const [{ name, value } = { name: '', value: '' }] = await tab.context.cookies()
    const caller = apiCaller(bed.run.local.api)
    const ask = async (headers: Record<string, string>): Promise<number> =>
      (await caller.call('GET', '/v1/session', { headers })).status
    const cookie = `${name}=${value}`
    expect(await ask({ cookie })).toBe(401)
    expect(await ask({ authorization: `Bearer ${value}` })).toBe(401)
    expect(await ask({ cookie, 'keyturn-portal-session': `ps_${'0'.repeat(24)}` })).toBe(401)
  })

  it('does not stay for sessions that nobody needs, however many there were', async () => {
    const first = await account.mint()
    await openLink(tab.page, first)
    const exchange = `${bed.run.local.api}/v1/portal-sessions/exchange`
    const links = await Promise.all(Array.from({ length: 30 }, () => account.mint()))
    for (const link of links) {
      const init = asSession(link, { code: codeOf(link), nonce: 'n'.repeat(43) })
      expect(await fetchIn(tab.page, exchange, init)).toMatchObject({ status: 200 })
    }
    const last = await account.mint()
    await openLink(tab.page, last)
    const names = await cookiesOf(tab)
    expect(names).toContain(cookieName(last))
    expect(names.length).toBeLessThanOrEqual(20)
  })
})

describe('a person who wants more', () => {
  it('is refused what the session does not say, however the page is changed', async () => {
    const { id } = await endpointOf(account, 'Orders')
    const link = await account.mint({ scopes: ['read'] })
    await tab.page.route('**/v1/session', async route => {
      const reply = await route.fetch()
      await route.fulfill({
        response: reply,
        json: { ...Object(await reply.json()), scopes: ['read', 'rotate', 'write', 'test'] },
      })
    })
    await openLink(tab.page, link)
    await tab.page.getByRole('link', { name: 'Orders' }).click()
    await tab.page.locator('main').getByRole('link', { name: 'Settings' }).click()
    await tab.page.getByLabel('Name', { exact: true }).fill('Mine')
    await button(tab.page, 'Save').click()
    await tab.page.getByRole('alert').filter({ hasText: 'Your session does not allow this.' }).waitFor()
    const { api } = bed.run.local
    const tried: readonly (readonly [string, string, object])[] = [
      ['POST', `/v1/endpoints/${id}/secret/rotate`, {}],
      ['POST', `/v1/endpoints/${id}/secret/revoke-previous`, {}],
      ['POST', `/v1/endpoints/${id}/test`, {}],
      ['DELETE', `/v1/endpoints/${id}`, {}],
      ['POST', '/v1/endpoints', {}],
      // A browser's credential makes no other.
      ['POST', '/v1/portal-sessions', { subject: 'ada', scopes: ['rotate'] }],
      ['POST', '/v1/api-keys', {}],
      ['GET', '/v1/api-keys', {}],
    ]
    for (const [method, path, body] of tried) {
      const init = { ...asSession(link), method, ...(method !== 'GET' && { body: JSON.stringify(body) }) }
      expect([path, (await fetchIn(tab.page, api + path, init))?.status]).toEqual([path, 403])
    }
  })

  it('is shown no endpoint of another account, and none that the session is not for', async () => {
    const [own, hidden] = [await endpointOf(account, 'Own'), await endpointOf(account, 'Hidden')]
    const foreign = await endpointOf(accountAt(bed.run.local), 'Foreign')
    const link = await account.mint({ endpointIds: [own.id] })
    await openLink(tab.page, link)
    expect(await tab.page.locator('main').innerText()).not.toContain('Hidden')
    for (const { id } of [hidden, foreign]) {
      await tab.page.evaluate(hash => void (location.hash = hash), `#/endpoints/${id}`)
      await heading(tab.page, id).waitFor()
      await tab.page.getByRole('alert').filter({ hasText: 'It is not there, or not yours to see.' }).waitFor()
    }
    const { api } = bed.run.local
    const asOther = { ...asSession(link).headers, 'keyturn-tenant': 'org_keyturn' }
    expect(await fetchIn(tab.page, `${api}/v1/endpoints`, { headers: asOther })).toMatchObject({ status: 404 })
    expect(await fetchIn(tab.page, `${api}/v1/endpoints/${foreign.id}`, asSession(link))).toMatchObject({ status: 404 })
  })

  it('is shown what happened to the endpoints of the session, however much happened to others since', async () => {
    const { id } = await endpointOf(account, 'Own')
    await Promise.all(Array.from({ length: 105 }, () => endpointOf(account, 'Hidden')))
    await openLink(tab.page, await account.mint({ endpointIds: [id] }))
    await tab.page.getByRole('link', { name: 'History' }).click()
    await tab.page.getByRole('cell', { name: 'Created', exact: true }).waitFor()
    expect(await tab.page.locator('main tbody tr').count()).toBe(1)
  })

  it('is let in at no route of a vendor', async () => {
    const link = await account.mint()
    await openLink(tab.page, link)
    const { api, contracts } = bed.run.local
    const routes = [
      ['GET', '/org/settings'],
      ['POST', `/api/v1/webhooks/${contracts.storno.endpointId}/rotate-secret`],
      ['POST', `/webhooks/${contracts.thesignup.endpointId}/rotate-secret`],
      ['POST', `/api/webhooks/${contracts.teambattles.endpointId}/rotate-secret`],
    ] as const
    for (const [method, path] of routes) {
      const reply = await fetchIn(tab.page, api + path, { ...asSession(link), method })
      expect([path, [401, 404].includes(reply?.status ?? 0)]).toEqual([path, true])
    }
  })
})

describe('a session whose API key is revoked while the page is open', () => {
  it('changes nothing any more, and the page says that it is over', async () => {
    const { platformApiKey } = bed.run.local.contracts.keyturn
    const caller = apiCaller(bed.run.local.api)
    const permissions = ['portal:write', 'endpoints:read', 'endpoints:write', 'endpoints:rotate']
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    const body = { name: 'a dashboard', tenantIds: [account.tenantId], permissions, expiresAt }
    const made = await caller.call('POST', '/v1/api-keys', { token: platformApiKey, body })
    await endpointOf(account, 'Orders')
    const session = { subject: 'ada', displayName: 'Ada Lovelace', scopes: ['read', 'write'] }
    const minted = await caller.call('POST', '/v1/portal-sessions', { token: textAt(made, 'apiKey'), body: session })
    await openLink(tab.page, { url: textAt(minted, 'url') })
    await tab.page.getByRole('link', { name: 'Orders' }).click()
    await tab.page.locator('main').getByRole('link', { name: 'Settings' }).click()
    await tab.page.getByLabel('Name', { exact: true }).fill('Changed')
    expect((await caller.call('DELETE', `/v1/api-keys/${textAt(made, 'id')}`, { token: platformApiKey })).status).toBe(
      204,
    )
    await button(tab.page, 'Save').click()
    await heading(tab.page, 'Your session is over').waitFor()
    const { json } = await account.call('GET', '/v1/endpoints')
    expect(memberAt(json, 'data.0.name')).toBe('Orders')
  })
})

describe('what a session leaves behind', () => {
  it('no code in the history, no place to come from, and nothing to go back to after the sign-out', async () => {
    const link = await account.mint({ returnUrl: `${bed.run.local.aws}/_portal-parent` })
    await endpointOf(account, 'Orders')
    await openLink(tab.page, link)
    await tab.page.getByRole('link', { name: 'Orders' }).click()
    await heading(tab.page, 'Orders').waitFor()
    const inspector = await tab.context.newCDPSession(tab.page)
    const { entries } = await inspector.send('Page.getNavigationHistory')
    expect(entries.map(({ url }) => url).join('\n')).not.toContain('kpc_')
    await button(tab.page, 'Sign out').click()
    const back = tab.page.getByRole('link', { name: 'Back to your platform' })
    await back.waitFor()
    expect(await cookiesOf(tab)).toEqual([])
    expect(await back.getAttribute('rel')).toMatch(/noreferrer/)
    const led = tab.page.waitForRequest(`${bed.run.local.aws}/_portal-parent`)
    await back.click()
    expect((await led).headers()['referer'] ?? '').toBe('')
    await heading(tab.page, "A platform's page").waitFor()
    for (let step = 0; step < 2; step += 1) {
      await tab.page.goBack()
      await tab.page.locator('h1').waitFor()
      expect(await tab.page.locator('body').innerText()).not.toMatch(/Orders|Ada/)
    }
    await tab.page.goto(`${bed.run.local.api}/portal`)
    await heading(tab.page, 'Open this page from your platform').waitFor()
  })

  it('nothing in a cache, and no request to anybody else', async () => {
    const kept: string[] = []
    const referers: string[] = []
    tab.context.on('response', response => {
      const { 'cache-control': cache = '' } = response.headers()
      if (response.url().includes('/v1/') && cache !== 'no-store') kept.push(response.url())
    })
    tab.context.on('request', request => referers.push(request.headers()['referer'] ?? ''))
    const { id } = await endpointOf(account, 'Orders')
    const link = await account.mint()
    await openLink(tab.page, link)
    for (const view of ['', '/deliveries', '/settings', '/history']) {
      await tab.page.evaluate(hash => void (location.hash = hash), `#/endpoints/${id}${view}`)
      await tab.page.locator('main h2').first().waitFor()
    }
    expect(kept).toEqual([])
    expect([...new Set(tab.requests.map(url => new URL(url).origin))]).toEqual([bed.run.local.api])
    expect(tab.requests.join('\n')).not.toMatch(/kp[cs]_.*\n/)
    expect(new Set(referers)).toEqual(new Set(['']))
    expect(tab.troubles).toEqual([])
  })
})

describe('a way back', () => {
  it('is refused where it runs a script or hands over what another page has made', async () => {
    const { aws } = bed.run.local
    for (const returnUrl of ['javascript:alert(1)', `blob:${aws}/x`, 'data:text/html,x', `${aws}@evil.example/`]) {
      const body = { subject: 'ada', scopes: ['read'], returnUrl }
      expect([returnUrl, (await account.call('POST', '/v1/portal-sessions', body)).status]).toEqual([returnUrl, 400])
    }
  })

  it('is no link where it were such a one all the same', async () => {
    await tab.page.route('**/v1/session', async route => {
      const reply = await route.fetch()
      await route.fulfill({
        response: reply,
        json: { ...Object(await reply.json()), returnUrl: 'javascript:alert(1)' },
      })
    })
    await openLink(tab.page, await account.mint())
    await button(tab.page, 'Sign out').click()
    await heading(tab.page, 'You are signed out').waitFor()
    expect(await tab.page.locator('a[href^="javascript"]').count()).toBe(0)
    expect(await tab.page.getByRole('link').count()).toBe(0)
  })
})
