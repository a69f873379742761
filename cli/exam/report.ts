import type { Report } from '../command'
import type { Judged } from './judge'

// What the exam found, as a table for people and as one document for programs. No secret and no signature is in either.

export interface Examined {
  /** Without its query. */
  readonly url: string
  /** The contract or the scheme. */
  readonly sender: string
  readonly judged: readonly Judged[]
}

/** Exit code 1 where a row is wrong. */
export function reportOf({ url, sender, judged }: Examined): Report {
  const wrong = judged.filter(({ verdict }) => verdict === 'wrong')
  const untold = judged.filter(({ verdict }) => verdict === 'n/a')
  const width = Math.max(...judged.map(({ row }) => row.what.length))
  return {
    lines: [
      `${url} as a receiver of ${sender}`,
      '',
      ...judged.map(each => lineOf(each, width)),
      '',
      ...wrong.flatMap(({ row }) => `${row.what}: ${row.fault}`),
      ...(wrong.length === 0 ? [] : ['']),
      `${judged.length - wrong.length - untold.length} right, ${wrong.length} wrong, ${untold.length} n/a`,
    ],
    json: {
      url,
      sender,
      verdict: wrong.length === 0 ? 'right' : 'wrong',
      rows: judged.map(({ row, answer, verdict, reason }) => ({
        id: row.id,
        must: row.must,
        what: row.what,
        answer: answer === null ? null : answer.kind === 'status' ? answer.status : answer.why,
        verdict,
        reason: reason === '' ? null : reason,
      })),
    },
    exitCode: wrong.length === 0 ? 0 : 1,
  }
}

function lineOf({ row, answer, verdict, reason }: Judged, width: number): string {
  const came = answer === null ? '-' : answer.kind === 'status' ? String(answer.status) : 'none'
  return `${row.must}  ${row.what.padEnd(width)}  ${came.padEnd(4)}  ${verdict.padEnd(5)}  ${reason}`.trimEnd()
}
