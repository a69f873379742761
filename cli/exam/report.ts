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
  const count = (verdict: Judged['verdict']): number => judged.filter(each => each.verdict === verdict).length
  const isWrong = count('wrong') > 0
  const width = Math.max(...judged.map(({ row }) => row.what.length))
  const faults = faultLines(judged)
  return {
    lines: [
      `${url} as a receiver of ${sender}`,
      '',
      ...judged.map(each => lineOf(each, width)),
      '',
      ...faults,
      ...(faults.length === 0 ? [] : ['']),
      `${count('right')} right, ${count('wrong')} wrong, ${count('n/a')} n/a`,
    ],
    json: { url, sender, verdict: isWrong ? 'wrong' : 'right', rows: judged.map(rowOf) },
    exitCode: isWrong ? 1 : 0,
  }
}

function lineOf({ row, answer, verdict, reason }: Judged, width: number): string {
  const came = answer === null ? '-' : answer.kind === 'status' ? String(answer.status) : 'none'
  return `${row.must}  ${row.what.padEnd(width)}  ${came.padEnd(4)}  ${verdict.padEnd(5)}  ${reason}`.trimEnd()
}

function rowOf({ row: { id, must, what }, answer, verdict, reason, fault }: Judged): object {
  const came = answer === null ? null : answer.kind === 'status' ? answer.status : answer.why
  return { id, must, what, answer: came, verdict, reason: reason === '' ? null : reason, fault }
}

/** A receiver that accepts whatever comes has one fault, not one for each row. */
function faultLines(judged: readonly Judged[]): readonly string[] {
  const refusals = judged.filter(({ row, answer }) => row.must === 'refuse' && answer !== null)
  if (refusals.length > 0 && refusals.every(({ fault, row }) => fault !== null || row.mayAccept !== undefined)) {
    return [
      'It accepts whatever comes: it verifies nothing, or it answers before it verifies, which nobody can tell apart.',
    ]
  }
  return judged.flatMap(({ row, fault }) => (fault === null ? [] : `${row.what}: ${fault}`))
}
