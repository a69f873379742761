import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** The file holds the text, or what it held before, whenever the process or the machine stops. Mode 0600. */
export function replaceFile(file: string, text: string): void {
  const temporary = `${file}.new`
  synced(openSync(temporary, 'w', 0o600), descriptor => writeFileSync(descriptor, text))
  renameSync(temporary, file)
  synced(openSync(dirname(file), 'r'), () => undefined)
}

function synced(descriptor: number, write: (descriptor: number) => void): void {
  try {
    write(descriptor)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
