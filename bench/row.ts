/** One measured figure. `ok`: it meets its target, or has none. */
export interface Row {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly target?: string
  readonly ok: boolean
}
