import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Reader } from './times'

/** How whoever reads the page wants times. */
export interface Reading {
  readonly reader: Reader
  /** As logs have them, in UTC. */
  readonly isExact: boolean
}

const ReadingContext = createContext<Reading>({ reader: { locale: undefined }, isExact: false })
export const ReadingProvider = ReadingContext.Provider

export function useReading(): Reading {
  return useContext(ReadingContext)
}
