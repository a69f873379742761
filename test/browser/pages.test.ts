import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { axeScript, findingsInThemes } from './axe'
import { type BrowserBed, browserBed, portalLink, type Tab } from './bed'
import { accountAt, button, heading } from './portal'

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

/** The page, once it has something in it. */
const shown = '#portal:not(:empty)'

/** Origins of everything that the tab asked for. */
function asked(): readonly string[] {
  return [...new Set(tab.requests.map(url => new URL(url).origin))]
}

describe('the page of the portal', () => {
  it('loads within its policy, without an error, from its own host alone', async () => {
    await tab.page.goto(`${bed.run.local.api}/portal`)
    await tab.page.locator(shown).waitFor()
    expect(tab.troubles).toEqual([])
    expect(asked()).toEqual([bed.run.local.api])
  })

  it('is in no frame, not even in that of a page that may have the other one', async () => {
    const { api, aws } = bed.run.local
    await tab.page.goto(`${aws}/_portal-parent`)
    const failed = tab.context.waitForEvent('requestfailed', request => request.url() === `${api}/portal`)
    await tab.page.evaluate(url => {
      const frame = document.createElement('iframe')
      frame.src = url
      document.body.append(frame)
    }, `${api}/portal`)
    expect((await failed).failure()?.errorText).toMatch(/BLOCKED/)
  })
})

/** A profile whose owner has turned cookies off, as the browser's own settings do; that turns storage off as well. */
async function profileWithoutCookies(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-profile-'))
  await mkdir(join(folder, 'Default'))
  const preferences = { profile: { default_content_setting_values: { cookies: 2 } } }
  await writeFile(join(folder, 'Default', 'Preferences'), JSON.stringify(preferences))
  return folder
}

describe('a browser that keeps no cookies', () => {
  let profile: string
  let refusing: Tab
  beforeEach(async () => {
    profile = await profileWithoutCookies()
    refusing = await bed.openKept(profile)
    await refusing.context.addInitScript(axeScript)
  })
  afterEach(async () => {
    await refusing.close()
    await rm(profile, { recursive: true, force: true })
  })

  it('is told so after Continue, not that the link was used', async () => {
    await refusing.page.goto((await accountAt(bed.run.local).mint()).url)
    await button(refusing.page, 'Continue').click()
    await heading(refusing.page, 'Your browser kept no cookie').waitFor()
    await refusing.page.getByText('Open a new link in another browser, or over https.').waitFor()
    expect(await findingsInThemes(refusing.page)).toEqual([])
  })
})

describe('the page for frames', () => {
  const handed = '#nothing'

  it('loads in a page that may have it, without an error, and nothing handed over stays in the address', async () => {
    const { api, aws } = bed.run.local
    await tab.page.goto(`${aws}/_portal-parent${handed}`)
    await tab.page.frameLocator(`iframe[src="${api}/portal/embed"]`).locator(shown).waitFor()
    expect(tab.troubles).toEqual([])
    expect(asked()).toEqual([aws, api])
    expect(tab.page.url()).toBe(`${aws}/_portal-parent`)
  })

  it('opens with the code of a link, or with a session of the platform, that the page around it hands over', async () => {
    const { api, aws, contracts } = bed.run.local
    const link = await portalLink(bed.run, { displayName: 'Ada', parentOrigins: [aws] })
    const shownFor = { [link]: 'Ada', [contracts.keyturn.adminSession]: contracts.keyturn.tenantId }
    for (const [text, told] of Object.entries(shownFor)) {
      await tab.page.goto(`${aws}/_portal-parent#${text}`)
      await tab.page.frameLocator('iframe').locator('#portal').getByText(told).first().waitFor()
      expect(tab.page.url()).toBe(`${aws}/_portal-parent`)
    }
    expect(tab.troubles).toEqual([])
    expect(asked()).toEqual([aws, api])
    expect(tab.requests.filter(url => url.includes('kpc_'))).toEqual([])
  })
})

describe('what a tab is watched for', () => {
  it('is told: HTML and code made of a text, requests that go elsewhere, errors that nobody catches', async () => {
    await tab.page.goto(`${bed.run.local.api}/portal`)
    const made: readonly (() => unknown)[] = [
      () => (document.body.innerHTML = '<b>text</b>'),
      () => document.body.setAttribute('onclick', 'document.title = "run"'),
      () => (document.createElement('script').text = 'document.title = "run"'),
    ]
    for (const attempt of made) await expect(tab.page.evaluate(attempt)).rejects.toThrow(/requires 'Trusted/)
    await tab.page.evaluate(() => {
      new Image().src = 'https://elsewhere.example/image'
      return fetch('https://elsewhere.example/called').catch(() => null)
    })
    const uncaught = tab.context.waitForEvent('weberror')
    await tab.page.evaluate(() => void Promise.reject(new Error('caught by nobody')))
    await uncaught
    const told = tab.troubles.join('\n')
    for (const each of [
      'TrustedHTML',
      'TrustedScript',
      'elsewhere.example/image',
      'elsewhere.example/called',
      'nobody',
    ]) {
      expect(told).toContain(each)
    }
  })
})
