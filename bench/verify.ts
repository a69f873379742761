import type { Figure } from './figure'
import { interleave, type Interleaving, median, medianRatio, type Samples, type Work } from './interleaved'
import { jsonBody, octokitWork, standardWork, stripeWork, twoKeyWork } from './verify-contestants'

const sizesKb = [0.2, 1, 10, 100]
const interleaving: Interleaving = { rounds: 61, batchMs: 1.5 }

/** Verifications, timed side by side in one run: how many times as long the others take, and what two keys cost. */
export async function benchVerify(): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const sizeKb of sizesKb) {
    const text = jsonBody(sizeKb * 1000)
    const time = async (work: Record<string, Work>): Promise<Samples> => interleave(work, interleaving)
    figures.push(
      ...standardFigures(await time(standardWork(text)), sizeKb),
      peerFigure(await time(stripeWork(text)), { peer: 'stripe', least: 1, sizeKb }),
      peerFigure(await time(await octokitWork(text)), { peer: 'octokit', least: 0.95, sizeKb }),
      ...twoKeyFigures(await time(twoKeyWork(text)), sizeKb),
    )
  }
  return figures
}

function standardFigures(samples: Samples, sizeKb: number): readonly Figure[] {
  const perSecond = (name: string): Figure => ({
    name: `${name}, ${sizeKb} KB`,
    value: Math.round(1e9 / median(samples.get(name) ?? [])),
    unit: '/s',
  })
  const against = (other: string, own: string): Pick<Figure, 'value' | 'unit'> => ({
    value: medianRatio(samples, other, own),
    unit: '×',
  })
  const byHand = sizeKb < 1 ? 0.9 : 0.95
  const library = sizeKb >= 100 ? 8 : sizeKb >= 1 ? 3.5 : undefined
  const size = `${sizeKb} KB`
  return [
    ...[...samples.keys()].map(perSecond),
    { name: `against node:crypto, bytes, ${size}`, ...against('node:crypto bytes', 'keyturn bytes'), least: byHand },
    { name: `against node:crypto, text, ${size}`, ...against('node:crypto text', 'keyturn text'), least: byHand },
    { name: `against standardwebhooks, ${size}`, ...against('standardwebhooks', 'keyturn text'), least: library },
    { name: `against svix, ${size}`, ...against('svix', 'keyturn text'), least: library },
  ]
}

interface Peer {
  readonly peer: string
  readonly least: number
  readonly sizeKb: number
}

function peerFigure(samples: Samples, { peer, least, sizeKb }: Peer): Figure {
  return { name: `against ${peer}, ${sizeKb} KB`, value: medianRatio(samples, peer, 'keyturn'), unit: '×', least }
}

function twoKeyFigures(samples: Samples, sizeKb: number): readonly Figure[] {
  const cases = ['signed by both', 'signed by the older', 'signed by each in turn']
  return cases.map(name => ({
    name: `two keys, ${name}, ${sizeKb} KB`,
    value: medianRatio(samples, name, 'one key'),
    unit: '× one key',
    most: 1.9,
  }))
}
