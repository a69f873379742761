import { crc32 } from 'node:zlib'

export interface ZipEntry {
  readonly name: string
  readonly content: Buffer
}

/**
 * A zip archive of files, uncompressed and with a fixed date: the same files are the same bytes on every machine, so
 * that a deployed function's `CodeSha256` can be compared. PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16.
 */
export function storedZip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const local = Buffer.concat([localHeader(entry), entry.content])
    locals.push(local)
    centrals.push(centralHeader(entry, offset))
    offset += local.length
  }
  const central = Buffer.concat(centrals)
  return Buffer.concat([...locals, central, endOfCentral(entries.length, { size: central.length, offset })])
}

const version = 20
const utf8Names = 0x0800
const stored = 0
/** 1980-01-01 00:00:00, the earliest that the format has. */
const time = 0
const date = 0x0021
/** A regular file that all may read, as Unix has it in the upper 16 bits. */
const mode = 0o100644 * 0x10000
const madeByUnix = 3 << 8

function localHeader({ name, content }: ZipEntry): Buffer {
  const fixed = Buffer.alloc(30)
  fixed.writeUInt32LE(0x04034b50, 0)
  writeShared(fixed, { name, content }, 4)
  return Buffer.concat([fixed, Buffer.from(name)])
}

function centralHeader({ name, content }: ZipEntry, offset: number): Buffer {
  const fixed = Buffer.alloc(46)
  fixed.writeUInt32LE(0x02014b50, 0)
  fixed.writeUInt16LE(madeByUnix | version, 4)
  writeShared(fixed, { name, content }, 6)
  fixed.writeUInt32LE(mode, 38)
  fixed.writeUInt32LE(offset, 42)
  return Buffer.concat([fixed, Buffer.from(name)])
}

/** What both headers have: from the version needed to the length of the extra field. */
function writeShared(header: Buffer, { name, content }: ZipEntry, at: number): void {
  const shorts = [version, utf8Names, stored, time, date]
  shorts.forEach((value, index) => header.writeUInt16LE(value, at + 2 * index))
  header.writeUInt32LE(crc32(content), at + 10)
  header.writeUInt32LE(content.length, at + 14)
  header.writeUInt32LE(content.length, at + 18)
  header.writeUInt16LE(Buffer.byteLength(name), at + 22)
}

function endOfCentral(entries: number, { size, offset }: { readonly size: number; readonly offset: number }): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries, 8)
  end.writeUInt16LE(entries, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(offset, 16)
  return end
}
