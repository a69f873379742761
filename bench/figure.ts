/** One measured value, and the target that it has to meet. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The target: at most so much, or at least. A figure without one is only told. */
  readonly most?: number | undefined
  readonly least?: number | undefined
}

export function meetsTarget({ value, most, least }: Figure): boolean {
  return (most === undefined || value <= most) && (least === undefined || value >= least)
}

/** One line; `!` marks a target that is missed. */
export function lineOf(figure: Figure): string {
  const { name, value, unit } = figure
  const mark = meetsTarget(figure) ? '  ' : '! '
  const number = value.toLocaleString('en', { maximumFractionDigits: 2 })
  return `${mark}${name.padEnd(56)}${number.padStart(12)} ${unit.padEnd(10)}${targetOf(figure)}`
}

function targetOf({ most, least }: Figure): string {
  if (most !== undefined) return `≤ ${most}`
  return least === undefined ? '' : `≥ ${least}`
}
