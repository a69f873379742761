import { interleave, type Interleaving, median, medianRatio, type Row, type Samples, type Work } from './interleaved'
import { jsonBody, octokitWork, standardWork, stripeWork, twoKeyWork } from './verify-contestants'

const SIZES_KB = [0.2, 1, 10, 100]
const INTERLEAVING: Interleaving = { rounds: 61, batchMs: 1.5 }

/** Verifications, timed side by side in one run: how many times as long the others take, and what two keys cost. */
export async function benchVerify(): Promise<{ rows: Row[] }> {
  const rows: Row[] = []
  for (const sizeKb of SIZES_KB) {
    const text = jsonBody(sizeKb * 1000)
    const time = async (work: Record<string, Work>): Promise<Samples> => interleave(work, INTERLEAVING)
    rows.push(...standardRows(await time(standardWork(text)), sizeKb))
    rows.push(...peerRows(await time(stripeWork(text)), { peer: 'stripe', atLeast: 1, sizeKb }))
    rows.push(...peerRows(await time(await octokitWork(text)), { peer: 'octokit', atLeast: 0.95, sizeKb }))
    rows.push(...twoKeyRows(await time(twoKeyWork(text)), sizeKb))
  }
  return { rows }
}

function standardRows(samples: Samples, sizeKb: number): Row[] {
  const byHand = sizeKb < 1 ? 0.9 : 0.95
  const perSecond = (name: string): Row => {
    return {
      name: `${name}, ${sizeKb} KB`,
      value: Math.round(1e9 / median(samples.get(name) ?? [])),
      unit: '/s',
      ok: true,
    }
  }
  const library = sizeKb >= 100 ? 8 : sizeKb >= 1 ? 3.5 : undefined
  return [
    ...[...samples.keys()].map(perSecond),
    atLeast(
      `against node:crypto, bytes, ${sizeKb} KB`,
      medianRatio(samples, 'node:crypto bytes', 'keyturn bytes'),
      byHand,
    ),
    atLeast(
      `against node:crypto, text, ${sizeKb} KB`,
      medianRatio(samples, 'node:crypto text', 'keyturn text'),
      byHand,
    ),
    atLeast(
      `against standardwebhooks, ${sizeKb} KB`,
      medianRatio(samples, 'standardwebhooks', 'keyturn text'),
      library,
    ),
    atLeast(`against svix, ${sizeKb} KB`, medianRatio(samples, 'svix', 'keyturn text'), library),
  ]
}

interface Peer {
  readonly peer: string
  readonly atLeast: number
  readonly sizeKb: number
}

function peerRows(samples: Samples, { peer, atLeast: least, sizeKb }: Peer): Row[] {
  return [atLeast(`against ${peer}, ${sizeKb} KB`, medianRatio(samples, peer, 'keyturn'), least)]
}

function twoKeyRows(samples: Samples, sizeKb: number): Row[] {
  const cases = ['signed by both', 'signed by the older', 'signed by each in turn']
  return cases.map(name => {
    const value = medianRatio(samples, name, 'one key')
    return { name: `two keys, ${name}, ${sizeKb} KB`, value, unit: '× one key', target: '≤ 1.9', ok: value <= 1.9 }
  })
}

function atLeast(name: string, value: number, least: number | undefined): Row {
  if (least === undefined) return { name, value, unit: '×', ok: true }
  return { name, value, unit: '×', target: `≥ ${least}`, ok: value >= least }
}

function printed({ name, value, unit, target, ok }: Row): string {
  const figure = unit === '/s' ? value.toLocaleString('en') : value.toFixed(2)
  return `${ok ? '  ' : '! '}${name.padEnd(44)}${figure.padStart(10)} ${unit.padEnd(10)}${target ?? ''}`
}

async function main(): Promise<void> {
  const { rows } = await benchVerify()
  console.log(rows.map(printed).join('\n'))
  process.exitCode = rows.every(({ ok }) => ok) ? 0 : 1
}

if (require.main === module) void main()
