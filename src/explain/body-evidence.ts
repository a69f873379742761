import { Buffer } from 'node:buffer'
import { utf8 } from './body-variants'
import { type Finding, counted, likely, possible } from './finding'
import { isCompact, isSorted } from './json-spellings'

// What a body looks like when nothing that was tried made a signature match.

const remedy = 'Verify the bytes as they arrived, before anything parses them, and parse them afterwards.'

export function bodyEvidence(body: Uint8Array, entries: readonly (readonly [string, string])[]): readonly Finding[] {
  const valueOf = (name: string): string | undefined => entries.find(([each]) => each === name)?.[1]
  const length = /^\d{1,12}$/.exec(valueOf('content-length') ?? '')?.[0]
  const declared = length === undefined || valueOf('transfer-encoding') !== undefined ? null : Number(length)
  if (body.length === 0) return [empty(declared)]
  const text = utf8(body)
  const encoding = valueOf('content-encoding')
  return [
    ...(text?.trim() === '[object Object]' ? [objectText] : []),
    ...replaced(body),
    ...(encoding !== undefined && encoding !== 'identity' ? [decompressed] : []),
    ...(declared === null || declared === body.length ? [] : [otherLength(declared, body, text)]),
    ...(text !== null && isSorted(text) ? [sorted] : []),
    ...(text !== null && (declared === null || declared === body.length) && isCompact(text) ? [compact] : []),
  ]
}

function empty(declared: number | null): Finding {
  const said = declared === null || declared === 0 ? '' : `, and Content-Length says ${counted(declared, 'byte')}`
  const message = `The body is empty${said}: something has read the stream before.`
  const consumed = 'Read the body once, as bytes, before any other middleware, and hand these bytes on.'
  return likely('body-empty', message, consumed)
}

const objectText = likely('body-stringified', 'The body is what an object becomes as a text, [object Object].', remedy)

function replaced(body: Uint8Array): readonly Finding[] {
  const at = Buffer.from(body).indexOf(Buffer.from('\ufffd'))
  if (at === -1) return []
  const message = `The body holds a replacement character, first at byte ${at}: it was decoded in the wrong charset, and bytes are lost.`
  return [likely('body-charset', message, 'Verify bytes and not a decoded text.')]
}

const decompressed = likely(
  'body-decompressed',
  'The request says that its body is compressed, and it is not: it was decompressed on the way.',
  'Find out whether the sender signs before or after it compresses, and verify that.',
)

function otherLength(declared: number, body: Uint8Array, text: string | null): Finding {
  const sizes = `Content-Length says ${counted(declared, 'byte')}, and the body has ${body.length}`
  if (text !== null && isCompact(text)) {
    return likely('body-reserialised', `${sizes}: it was parsed and serialised again.`, remedy)
  }
  const cut = body.length < declared ? 'it was cut off or changed' : 'it was changed'
  return likely('body-length', `${sizes}: ${cut}.`, remedy)
}

const sorted = possible(
  'body-key-order',
  'The keys of every object stand in the alphabet’s order: the body may have been parsed and serialised again.',
  remedy,
)

const compact = possible(
  'body-reserialised',
  'The body is JSON without a space, as it looks after it was parsed and serialised again.',
  remedy,
)
