import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type BrowserBed, browserBed, type Tab } from './bed'
import { accountAt, button, openLink } from './portal'

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

describe('a link', () => {
  it('says whose it is and where it leads, and uses nothing up, until somebody continues', async () => {
    const account = accountAt(bed.run.local)
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
    expect(tab.troubles).toEqual([])
  })
})
