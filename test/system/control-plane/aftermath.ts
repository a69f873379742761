import { GetSecretValueCommand, ListSecretsCommand } from '@aws-sdk/client-secrets-manager'
import { join } from 'node:path'
import type { CalledReply } from '../../support/api-caller'
import type { Place } from '../../support/canary/find-canaries'
import type { Canary } from '../../support/canary/secret-forms'
import { entriesOf, filesBelow } from '../../support/canary/stored-places'
import type { ControlPlaneBed } from './bed'

/** What a local run has left behind, once it is stopped. */
export interface Aftermath {
  /** Where no signing secret may be. */
  readonly places: readonly Place[]
  /** Where they belong: replies that reveal, and the mirror's store. */
  readonly reveals: readonly Place[]
}

const mirrorStore = 'aws/secrets-manager'
const table = 'aws/dynamodb'

/** Stops the run, and reads all that is left. `local.json` goes with a clean stop, so it is read before. */
export async function stopAndRead({ run, api }: ControlPlaneBed): Promise<Aftermath> {
  const before = await filesBelow(run.dataDir, ['aws', 'logs', 'seed.json', 'session-key.json', 'keyturn.lock'])
  await run.stop()
  const revealing = api.answers.filter(revealsSecret)
  const errors = api.answers.filter(({ status }) => status >= 400)
  const others = api.answers.filter(answer => answer.status < 400 && !revealsSecret(answer))
  const files = await filesBelow(run.dataDir, [mirrorStore])
  const entries = await entriesOf(join(run.dataDir, table), 'the table')
  const compacted = await filesBelow(join(run.dataDir, table))
  return {
    places: [
      ...repliesAs('errors', errors),
      ...repliesAs('other replies', others),
      { name: 'printed', bytes: Buffer.from(run.output()) },
      ...before,
      ...files,
      ...entries,
      ...compacted.map(({ bytes }) => ({ name: 'the compacted table', bytes })),
    ],
    reveals: [...repliesAs('replies', revealing), ...(await entriesOf(join(run.dataDir, mirrorStore), 'the mirror'))],
  }
}

function repliesAs(name: string, answers: readonly CalledReply[]): readonly Place[] {
  return answers.map(({ text, headers }) => ({ name, bytes: Buffer.from(`${JSON.stringify([...headers])}${text}`) }))
}

/** Creations and rotations that went well. */
function revealsSecret({ request, status }: CalledReply): boolean {
  const path = /^POST (?:\/v1\/endpoints|\S+\/(?:rotate|secret|regenerate-secret|rotate-secret))$/
  return (status === 200 || status === 201) && path.test(request)
}

const secretMembers = /"(?:signingSecret|secret|webhook_secret)":"([^"]+)"/g

/** Every signing secret that a reply showed, and that the mirror holds now. */
export async function secretsOf({ api, secrets }: ControlPlaneBed): Promise<readonly Canary[]> {
  const { SecretList = [] } = await secrets.send(new ListSecretsCommand({ MaxResults: 100 }))
  const mirrored = await Promise.all(
    SecretList.map(
      async ({ Name }) => (await secrets.send(new GetSecretValueCommand({ SecretId: Name }))).SecretString,
    ),
  )
  const texts = [...api.answers.filter(revealsSecret).map(({ text }) => text), ...mirrored]
  const found = texts.flatMap(text => [...(text ?? '').matchAll(secretMembers)].map(([, secret = '']) => secret))
  return [...new Set(found)].map((text, at) => ({ name: `secret ${at}`, text }))
}

/** Every API key, and what makes a session valid: its signature. */
export function credentialsOf({ local, operator }: ControlPlaneBed): readonly Canary[] {
  const names = /^(?:.*apiKey.*|.*Session|token.*)$/i
  const texts = Object.values(local.contracts).flatMap(contract =>
    Object.entries(contract).flatMap(([name, text]) => (names.test(name) ? [text] : [])),
  )
  return [...texts, operator].map((text, at) => ({ name: `credential ${at}`, text: text.split('.').at(-1) ?? text }))
}
