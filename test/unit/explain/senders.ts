import { allContracts, hookContracts } from '../../../src/contracts/all'
import type { Contract } from '../../../src/contracts/contract'
import { newText } from '../../../src/contracts/secret-text'
import { schemeOf } from '../../../src/contracts/secret-key'
import type { CapturedRequest, ExplainOptions, GivenKey, KnownScheme } from '../../../src/explain'
import { type Scheme, sign, signBody, timestampedList } from '../../../src/verify'
import { NOON } from '../verify/secrets'
import { allMadeUp } from '../contracts/made-up/all-made-up'

/** Whoever sends: a contract, or a ready scheme that no contract has. */
export interface Sender {
  readonly name: string
  readonly scheme: Scheme
  readonly form: Contract['secret']
}

function senderOf(contract: Contract): Sender {
  return { name: contract.name, scheme: schemeOf(contract), form: contract.secret }
}

const listed: Sender = {
  name: 'a timestamped list',
  scheme: timestampedList({ header: 'Signed-By' }),
  form: { prefix: 'whsec_', encoding: 'alphanumeric', bytes: 32 },
}

export const senders: readonly Sender[] = [...[...allContracts, ...hookContracts, ...allMadeUp].map(senderOf), listed]

export function senderNamed(name: string): Sender {
  const found = senders.find(sender => sender.name === name)
  if (found === undefined) throw new RangeError(`there is no sender ${name}`)
  return found
}

export const known: readonly KnownScheme[] = [...allContracts, ...hookContracts].map(contract => ({
  name: contract.name,
  scheme: schemeOf(contract),
  secret: contract.secret,
  apiKey: contract.credentials.apiKey,
}))

/** What is explained. */
export interface Case {
  readonly request: CapturedRequest
  readonly secrets: readonly GivenKey[]
  readonly options: ExplainOptions
}

/** A delivery as it was sent, and with what it verifies. */
export interface Genuine extends Case {
  readonly sender: Sender
  readonly secret: string
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
  readonly url: string
}

export const url = 'https://receiver.example/hooks/in?tenant=7'

export interface Sending {
  readonly sender: Sender
  readonly secret: string
  readonly body: string | Buffer
  readonly at?: Date
}

/** Signed by the real signer, at noon. */
export function genuine({ sender, secret, body, at = NOON }: Sending): Genuine {
  const { scheme, form } = sender
  const options = { scheme, id: 'msg_1', tenant: 'org_1', url, now: at }
  const sent = scheme.inBody === undefined ? body : signBody(String(body), secret, options)
  const headers = sign(sent, secret, options)
  const bytes = Buffer.from(sent)
  return {
    sender,
    secret,
    body: bytes,
    headers,
    url,
    request: { method: 'POST', url, headers, body: bytes },
    secrets: [{ secret }],
    options: { scheme, secretForm: form, known, now: NOON, url },
  }
}

export function secretOf({ form }: Sender, fill = 7): string {
  return newText(form, count =>
    Buffer.from(Array.from({ length: count }, (_, at) => (at * 37 + fill * 101 + 11) % 256)),
  )
}
