import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { FrameLocator } from 'playwright-core'
import { apiCaller } from '../support/api-caller'
import { type BrowserBed, browserBed, type Tab } from './bed'
import { accountAt, pasted } from './portal'

// Tumban's own page, "Using the dashboard", sentence by sentence: its dashboard is a platform's page with the portal in a
// frame, handed the session of whoever is signed in there.

let bed: BrowserBed
let tab: Tab

beforeAll(async () => {
  bed = await browserBed()
})

afterAll(() => bed.close())

beforeEach(async () => {
  tab = await bed.open()
})

afterEach(() => tab.close())

const rotatePath = '/api/v2/org/webhook-secret/rotate'
const description =
  'Used to verify incoming webhook payloads. Rotating immediately invalidates the old secret — update your server before rotating.'

/** The dashboard as somebody of this role has it, at the page that the sidebar's Webhooks leads to. */
async function openWebhooks(role: 'admin' | 'member'): Promise<FrameLocator> {
  await tab.page.goto(`${bed.run.local.api}/_portal/tumban/${role}`)
  const frame = tab.page.frameLocator('iframe')
  await frame.getByRole('navigation').getByRole('link', { name: 'Webhooks', exact: true }).click()
  await frame.getByRole('heading', { name: 'Webhook Secret', exact: true }).waitFor()
  return frame
}

function keysOf(): Promise<readonly { readonly state: string }[]> {
  const { tenantId, endpointId } = bed.run.local.contracts.tumban
  const headers = { 'Keyturn-Tenant': tenantId }
  const token = bed.run.local.contracts.keyturn.platformApiKey
  const asked = apiCaller(bed.run.local.api).call('GET', `/v1/endpoints/${endpointId}/secret`, { token, headers })
  return asked.then(({ json }) => Object(json).keys)
}

describe('Tumban’s dashboard, for an admin', () => {
  it('has the tile Webhook Secret under Webhooks, with its description', async () => {
    const frame = await openWebhooks('admin')
    await frame.getByText(description, { exact: true }).waitFor()
    expect(tab.troubles).toEqual([])
  })

  it('has it beside any number of other endpoints, and whatever they are filtered by', async () => {
    const { tenantId } = bed.run.local.contracts.tumban
    const account = accountAt(bed.run.local, tenantId)
    const made = await Promise.all(Array.from({ length: 21 }, () => account.createEndpoint()))
    const frame = await openWebhooks('admin')
    await frame.getByRole('button', { name: 'Show more', exact: true }).waitFor()
    await frame.getByLabel('State').selectOption('paused')
    await frame.getByText('No endpoint matches.').waitFor()
    await frame.getByRole('button', { name: 'Rotate Secret', exact: true }).waitFor()
    for (const { id } of made) await account.call('DELETE', `/v1/endpoints/${id}`)
  })

  it('rotates by Tumban’s own route, and shows the new secret once, to be copied', async () => {
    const frame = await openWebhooks('admin')
    const answered = tab.page.waitForResponse(reply => new URL(reply.url()).pathname === rotatePath)
    await frame.getByRole('button', { name: 'Rotate Secret', exact: true }).click()
    const reply = await answered
    const request = reply.request()
    expect([request.method(), reply.status()]).toEqual(['POST', 200])
    expect(await request.headerValue('authorization')).toMatch(/^Bearer eyJ/)
    expect(await request.headerValue('cookie')).toBeNull()
    const { webhook_secret: secret } = (await reply.json()) as { readonly webhook_secret: string }
    expect(secret).toMatch(/^[0-9a-f]{64}$/)

    const card = frame.getByRole('dialog')
    await card.getByText('New secret — copy it now. It won’t be shown again.', { exact: true }).waitFor()
    await card.getByRole('button', { name: 'Copy', exact: true }).click()
    await card.getByText('The secret was copied.').waitFor()
    expect(await pasted(tab.page)).toBe(secret)
    expect(await frame.locator('html').innerHTML()).not.toContain(secret)

    await card.getByRole('button', { name: 'Close', exact: true }).click()
    await card.waitFor({ state: 'detached' })
    await frame.getByRole('navigation').getByRole('link', { name: 'Webhooks', exact: true }).click()
    expect(await frame.locator('html').innerHTML()).not.toContain(secret)
    // Rotating has ended the key before.
    expect((await keysOf()).map(({ state }) => state)).toEqual(['signing'])
    expect(tab.troubles).toEqual([])
  })
})

describe('Tumban’s dashboard, for a member', () => {
  it('has the tile without the Rotate Secret control, which the page does not even hold', async () => {
    const frame = await openWebhooks('member')
    await frame.getByText(description, { exact: true }).waitFor()
    expect(await frame.locator('html').innerHTML()).not.toMatch(/Rotate secret/i)
    expect(tab.troubles).toEqual([])
  })

  it('is refused by the route itself: 403, Admin role required', async () => {
    const token = bed.run.local.contracts.tumban.memberSession
    const { status, json } = await apiCaller(bed.run.local.api).call('POST', rotatePath, { token })
    expect([status, json]).toEqual([403, { detail: 'Admin role required' }])
  })
})
