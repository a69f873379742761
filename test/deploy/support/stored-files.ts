const localHeader = 0x04034b50

/** The files of a zip without compression, by name. */
export function storedFiles(zip: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>()
  let at = 0
  while (zip.readUInt32LE(at) === localHeader) {
    if (zip.readUInt16LE(at + 8) !== 0) throw new RangeError('the file is compressed')
    const nameAt = at + 30
    const contentAt = nameAt + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28)
    const end = contentAt + zip.readUInt32LE(at + 18)
    files.set(zip.toString('utf8', nameAt, nameAt + zip.readUInt16LE(at + 26)), zip.subarray(contentAt, end))
    at = end
  }
  return files
}
