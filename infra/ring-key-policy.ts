import type { Account } from './account'
import { keyAdministration } from './key-administration'
import type { Conditions, Statement } from './statement'

/** ARNs of the functions' roles. */
export interface RingKeyUsers {
  readonly seal: readonly string[]
  readonly open: readonly string[]
}

const contextKeys = ['tenant', 'endpoint', 'key']

/** Only with the encryption context that binds a secret to its place: all of its keys, and no other. */
const boundToItsPlace: Conditions = {
  'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': contextKeys },
  Null: Object.fromEntries(contextKeys.map(key => [`kms:EncryptionContext:${key}`, 'false'])),
}

/** Who seals and who opens signing secrets. */
export function ringKeyPolicy(account: Account, { seal, open }: RingKeyUsers): readonly Statement[] {
  return [
    keyAdministration(account),
    {
      Sid: 'Seal',
      Effect: 'Allow',
      Principal: { AWS: seal },
      Action: ['kms:Encrypt'],
      Resource: ['*'],
      Condition: boundToItsPlace,
    },
    {
      Sid: 'Open',
      Effect: 'Allow',
      Principal: { AWS: open },
      Action: ['kms:Decrypt'],
      Resource: ['*'],
      Condition: boundToItsPlace,
    },
  ]
}
