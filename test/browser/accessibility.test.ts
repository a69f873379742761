import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { axeScript, findings } from './axe'
import { type BrowserBed, browserBed, type Tab } from './bed'
import { accountAt, button, copy, dialog, openEndpoint, openLink, rotate } from './portal'
import { walk } from './walk'

let bed: BrowserBed

beforeAll(async () => {
  bed = await browserBed()
})

afterAll(() => bed.close())

async function withTab<Result>(options: BrowserContextOptions, task: (tab: Tab) => Promise<Result>): Promise<Result> {
  const tab = await bed.open(options)
  try {
    return await task(tab)
  } finally {
    await tab.close()
  }
}

/** The lowest contrast of a picture's texts with what the page is painted with; infinite where there is none. */
async function pictureContrast(page: Page): Promise<number> {
  return page.evaluate(() => {
    const luminance = (colour: string): number => {
      const parts = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(part => {
        const share = Number(part) / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      const [red = 0, green = 0, blue = 0] = parts
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const groundOf = (element: Element): string => {
      const { backgroundColor } = getComputedStyle(element)
      const isClear = /, 0\)$|transparent/.test(backgroundColor)
      return isClear && element.parentElement !== null ? groundOf(element.parentElement) : backgroundColor
    }
    const ratios = [...document.querySelectorAll('.timeline svg text')].map(text => {
      const [one, other] = [luminance(getComputedStyle(text).fill), luminance(groundOf(text))]
      return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
    })
    return Math.min(...ratios)
  })
}

/** Texts of a picture that stand in each other. */
async function overlaps(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('.timeline > svg')].flatMap(svg => {
      const texts = [...svg.querySelectorAll('text')]
      return texts.flatMap((one, at) => {
        const box = one.getBoundingClientRect()
        const over = texts.slice(at + 1).filter(other => {
          const { left, right, top, bottom } = other.getBoundingClientRect()
          return left < box.right && right > box.left && top < box.bottom && bottom > box.top
        })
        return over.map(other => `${one.textContent} and ${other.textContent}`)
      })
    }),
  )
}

describe('every screen', () => {
  it('has nothing that axe finds fault with, in light and in dark', async () => {
    const found: string[] = []
    const seen = new Set<string>()
    // High enough for everything to be in view, and so to be judged.
    await withTab({ viewport: { width: 1000, height: 2600 } }, async tab => {
      await tab.context.addInitScript(axeScript)
      await walk(tab, bed.run, async screen => {
        for (const colorScheme of ['light', 'dark'] as const) {
          await tab.page.emulateMedia({ colorScheme })
          seen.add(await tab.page.evaluate(() => getComputedStyle(document.body).backgroundColor))
          found.push(...(await findings(tab.page)).map(text => `${screen} in ${colorScheme}: ${text}`))
          if ((await pictureContrast(tab.page)) < 4.5) found.push(`${screen} in ${colorScheme}: a faint picture`)
        }
      })
    })
    expect(found).toEqual([])
    expect(seen.size).toBe(2)
  })

  it('is judged: axe finds what is planted', async () => {
    await withTab({}, async tab => {
      await tab.context.addInitScript(axeScript)
      await tab.page.goto(`${bed.run.local.api}/portal`)
      await tab.page.getByRole('heading').waitFor()
      await tab.page.evaluate(() => {
        document.querySelector('main')?.append(document.createElement('button'))
        document.querySelectorAll('p').forEach(text => (text.style.color = '#bbb'))
      })
      const rules = (await findings(tab.page)).map(text => text.split(':')[0])
      expect(rules).toEqual(expect.arrayContaining(['button-name', 'color-contrast']))
    })
  })

  it('on a phone is no wider than the phone, and nothing stands in anything else', async () => {
    const faults: string[] = []
    await withTab({ viewport: { width: 320, height: 640 } }, async tab => {
      await walk(tab, bed.run, async screen => {
        const more = await tab.page.evaluate(() => {
          const all = [document.documentElement, ...document.querySelectorAll('dialog')]
          return all.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)
        })
        if (more.some(pixels => pixels > 0)) faults.push(`${screen}: wider by ${String(more)}`)
        faults.push(...(await overlaps(tab.page)).map(text => `${screen}: ${text}`))
      })
    })
    expect(faults).toEqual([])
  })

  it('on a phone tells its tables as tables', async () => {
    await withTab({ viewport: { width: 320, height: 640 } }, async tab => {
      await openOne(tab)
      await tab.page.getByRole('table').waitFor()
      const browser = await tab.context.newCDPSession(tab.page)
      const { nodes } = await browser.send('Accessibility.getFullAXTree')
      const roles = new Set(nodes.filter(({ ignored }) => !ignored).map(({ role }) => String(role?.value)))
      for (const role of ['table', 'row', 'columnheader', 'rowheader', 'cell']) expect(roles).toContain(role)
    })
  })

  it('moves nothing for whoever wants no motion', async () => {
    const moving = async (reducedMotion: 'reduce' | 'no-preference'): Promise<readonly string[]> => {
      const found: string[] = []
      await withTab({ reducedMotion }, async tab => {
        await openOne(tab)
        found.push(
          ...(await tab.page.evaluate(() =>
            [...document.querySelectorAll('*')].flatMap(element => {
              const { transitionDuration, animationName } = getComputedStyle(element)
              const isStill = /^(?:0s(?:, )?)+$/.test(transitionDuration) && animationName === 'none'
              return isStill ? [] : [element.className]
            }),
          )),
        )
      })
      return found
    }
    expect(await moving('reduce')).toEqual([])
    expect(await moving('no-preference')).toEqual(['skip'])
  })

  it('has the theme that the session says, whatever the browser prefers', async () => {
    const groundOf = async (colorScheme: 'light' | 'dark', theme: object): Promise<string> =>
      withTab({ colorScheme }, async tab => {
        await openLink(tab.page, await accountAt(bed.run.local).mint(theme))
        return tab.page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      })
    const [light, dark] = [await groundOf('light', {}), await groundOf('dark', {})]
    expect(light).not.toBe(dark)
    expect(await groundOf('light', { theme: 'dark' })).toBe(dark)
    expect(await groundOf('dark', { theme: 'light' })).toBe(light)
  })
})

/** An endpoint's page, with a key that signs. */
async function openOne({ page }: Pick<Tab, 'page'>): Promise<void> {
  const account = accountAt(bed.run.local)
  await account.createEndpoint({ name: 'Orders' })
  await openLink(page, await account.mint())
  await openEndpoint(page, 'Orders')
  await button(page, 'Test the receiver').waitFor()
}

describe('in forced colours', () => {
  it('the picture is there, and its three kinds of bars differ', async () => {
    await withTab({ forcedColors: 'active' }, async tab => {
      await openOne(tab)
      const ground = await tab.page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      const looks = await tab.page.locator('.legend rect').evaluateAll(bars =>
        bars.map(bar => {
          const { fill, stroke, strokeDasharray } = getComputedStyle(bar)
          return { fill, stroke, strokeDasharray }
        }),
      )
      expect(looks.length).toBe(3)
      expect(new Set(looks.map(look => JSON.stringify(look))).size).toBe(3)
      for (const { fill, stroke } of looks) expect([fill, stroke].some(colour => colour !== ground)).toBe(true)
      const bar = await tab.page.locator('.timeline > svg rect.bar').first().screenshot()
      expect(await coloursIn(tab, bar)).toBeGreaterThan(1)
    })
  })
})

/** How many colours a picture has. */
async function coloursIn({ context }: Tab, png: Buffer): Promise<number> {
  const page = await context.newPage()
  const count = await page.evaluate(async base64 => {
    const blob = new Blob([Uint8Array.from(atob(base64), character => character.codePointAt(0) ?? 0)])
    const image = await createImageBitmap(blob)
    const drawn = new OffscreenCanvas(image.width, image.height).getContext('2d')
    drawn?.drawImage(image, 0, 0)
    const { data } = drawn?.getImageData(0, 0, image.width, image.height) ?? { data: [] }
    return new Set(new Uint32Array(new Uint8ClampedArray(data).buffer)).size
  }, png.toString('base64'))
  await page.close()
  return count
}

describe('by the keyboard alone', () => {
  /** Presses Tab until the element has the focus, which then can be seen. */
  const tabTo = async (page: Page, target: Locator): Promise<void> => {
    for (let presses = 0; presses < 60; presses += 1) {
      const look = await target.evaluate(element => {
        const { outlineStyle, outlineWidth } = getComputedStyle(element)
        return element === document.activeElement ? `${outlineStyle} ${outlineWidth}` : null
      })
      if (look !== null) {
        expect(look).toMatch(/^(?!none)\w+ (?!0px)/)
        return
      }
      await page.keyboard.press('Tab')
    }
    throw new Error(`Tab does not lead to ${target.toString()}`)
  }
  const more = (page: Page): Locator => page.locator('summary', { hasText: 'More' })
  const enter = async (page: Page, target: Locator): Promise<void> => {
    await target.waitFor()
    await tabTo(page, target)
    await page.keyboard.press('Enter')
  }

  it('a secret is rotated, copied and put away, from the link to the next step', async () => {
    await withTab({}, async ({ page }) => {
      const account = accountAt(bed.run.local)
      await account.createEndpoint({ name: 'Orders' })
      await page.goto((await account.mint()).url)
      await enter(page, button(page, 'Continue'))
      await enter(page, page.getByRole('link', { name: 'Orders' }))
      await page.getByRole('heading', { name: 'Orders' }).waitFor()
      await enter(page, more(page))
      await enter(page, button(page, 'Rotate secret'))
      const asking = await dialog(page, 'Rotate secret')
      await tabTo(page, asking.getByRole('radio').first())
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
      expect(await asking.getByRole('radio', { name: 'No, one secret at a time' }).isChecked()).toBe(true)
      await page.keyboard.press('ArrowUp')
      expect(await asking.getByRole('radio', { name: 'It can hold two secrets' }).isChecked()).toBe(true)
      await enter(page, button(asking, 'Rotate secret'))
      const card = await dialog(page, 'New secret')
      await enter(page, button(card, 'Copy'))
      await card.getByText('The secret was copied.').waitFor()
      await enter(page, button(card, 'Close'))
      await card.waitFor({ state: 'detached' })
      await page.locator('main :focus').waitFor()
      await enter(page, button(page, 'Test the receiver'))
      await page.getByText('Nothing answered at the URL.').waitFor()
    })
  })

  it('no dialog is left by Tab, and each gives the focus back', async () => {
    await withTab({}, async tab => {
      const { page } = tab
      await openOne(tab)
      await enter(page, more(page))
      await enter(page, button(page, 'Rotate secret'))
      const asking = await dialog(page, 'Rotate secret')
      for (let presses = 0; presses < 12; presses += 1) {
        await page.keyboard.press('Tab')
        const isOutside = await asking.evaluate(
          element => document.activeElement !== document.body && !element.contains(document.activeElement),
        )
        expect(isOutside).toBe(false)
      }
      await page.keyboard.press('Escape')
      await asking.waitFor({ state: 'detached' })
      await page.locator('main :focus').waitFor()
    })
  })

  it('the content is one step away from the top of a page', async () => {
    await withTab({}, async tab => {
      const { page } = tab
      await openOne(tab)
      await page.reload()
      await button(page, 'Test the receiver').waitFor()
      await enter(page, page.getByRole('link', { name: 'Skip to the content' }))
      await page.locator('main:focus').waitFor()
    })
  })
})

describe('to a screen reader', () => {
  it('the secret is said as hidden, and that it was copied is told within the dialog', async () => {
    await withTab({}, async tab => {
      await openOne(tab)
      const card = await rotate(tab.page, 'It can hold two secrets')
      await card.getByRole('img', { name: 'The secret is hidden' }).waitFor()
      const copied = await copy(tab.page, card)
      expect(await card.getByRole('status').innerText()).toBe('The secret was copied.')
      const browser = await tab.context.newCDPSession(tab.page)
      const { nodes } = await browser.send('Accessibility.getFullAXTree')
      expect(JSON.stringify(nodes)).not.toContain(copied)
    })
  })
})
