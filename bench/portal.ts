import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endBuilder } from '../scripts/bundle'
import { builtPages } from '../scripts/portal-files'
import { buildPages } from '../scripts/portal-pages'
import { type BrowserBed, browserBed } from '../test/browser/bed'
import type { Figure } from './figure'
import { median } from './interleaved'

const mostKilobytes = 40
const pairs = 12
const mostTime = 3

/** How large the portal's page is when it comes, and how soon a browser that was never there shows it. */
export async function benchPortal(): Promise<readonly Figure[]> {
  return [...(await sizes()), ...(await firstViews())]
}

async function sizes(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-portal-'))
  try {
    await buildPages(folder)
    await endBuilder()
    const kilobytes = (ending: RegExp): number =>
      builtPages(folder).reduce((sum, { name, content }) => sum + (ending.test(name) ? content.length : 0), 0) / 1024
    return [
      { name: 'script and style sheet, gzip', value: kilobytes(/\.(?:js|css)\.gz$/), unit: 'KB', most: mostKilobytes },
      { name: 'script and style sheet, Brotli', value: kilobytes(/\.(?:js|css)\.br$/), unit: 'KB' },
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Against a page that is a heading alone, in the same browser and beside it. */
async function firstViews(): Promise<readonly Figure[]> {
  const bed = await browserBed()
  const { api, aws } = bed.run.local
  const measured: (readonly [portal: number, plain: number])[] = []
  try {
    for (let pair = 0; pair < pairs; pair += 1) {
      measured.push([await firstView(bed, `${api}/portal`), await firstView(bed, `${aws}/_portal-parent`)])
    }
  } finally {
    await bed.close()
  }
  return [
    { name: 'first view on the local run', value: median(measured.map(([portal]) => portal)), unit: 'ms' },
    {
      name: 'first view, ratio',
      value: median(measured.map(([portal, plain]) => portal / plain)),
      unit: '× a heading',
      most: mostTime,
    },
  ]
}

/** Milliseconds until the first text or picture is painted, in a profile of its own. */
async function firstView(bed: BrowserBed, url: string): Promise<number> {
  const tab = await bed.open()
  try {
    await tab.page.goto(url)
    // It is text, since no other code of the bench knows what a browser has.
    return await tab.page.evaluate<number>(`new Promise(resolve => {
      const tell = list => list.getEntriesByName('first-contentful-paint').forEach(entry => resolve(entry.startTime))
      new PerformanceObserver(tell).observe({ type: 'paint', buffered: true })
    })`)
  } finally {
    await tab.close()
  }
}
