import { StartError } from './start-error'

export interface Range {
  readonly least: number
  readonly greatest: number
}

/** What an option says, in decimal digits. @throws {StartError} naming the option and what it takes */
export function wholeNumber(option: string, text: string, { least, greatest }: Range): number {
  const number = Number(text)
  if (/^(0|[1-9][0-9]*)$/.test(text) && number >= least && number <= greatest) return number
  throw new StartError(`${option} takes a whole number from ${least} to ${greatest}, not ${JSON.stringify(text)}`)
}
