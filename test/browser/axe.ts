import type { AxeResults } from 'axe-core'
import type { Frame, Page } from 'playwright-core'

// What axe says of a page that was opened with it.

/** For `addInitScript`, before the page is opened. */
export const axeScript = { path: require.resolve('axe-core/axe.min.js') }

/**
 * What axe finds, or cannot say, each as `<rule>: <elements>`. What is behind text of a picture, and behind an isolated part
 * of a line, it never says; the first is worked out below, the second has the ground of its line.
 */
export async function findings(page: Page | Frame): Promise<readonly string[]> {
  const results = await page.evaluate(async () =>
    (globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({
      resultTypes: ['violations', 'incomplete'],
    }),
  )
  const open = results.incomplete.map(({ id, nodes }) => ({
    id,
    nodes: nodes.filter(({ html }) => !html.startsWith('<text ') && !html.includes('<bdi>')),
  }))
  return [...results.violations, ...open]
    .filter(({ nodes }) => nodes.length > 0)
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(', ')}`)
}

/** The same in both themes. */
export async function findingsInThemes(page: Page, within: Page | Frame = page): Promise<readonly string[]> {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    found.push(...(await findings(within)).map(text => `${colorScheme}: ${text}`))
  }
  return found
}
