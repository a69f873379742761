import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { secretsManagerClient } from '../src/aws/clients'
import { readCurrentText, secretsManagerRotatedSecret } from '../src/aws/secrets-manager-rotated-secret'
import type { Contract } from '../src/contracts/contract'
import { connectionFaults } from '../src/rotation-hook/connection-faults'
import { defaultLostReplyRule, type HookDeps } from '../src/rotation-hook/ports'
import { httpVendor } from '../src/rotation-hook/vendor'
import { parseCredential } from '../src/rotation-hook/vendor-request'
import type { RotationHookEnvironment } from './environment'
import { logOf } from './wiring'

/** The adapters of the rotation hook. @throws {TypeError} for a contract that is not there, or that forbids the rest */
export function rotationHookDeps(environment: RotationHookEnvironment, contracts: readonly Contract[]): HookDeps {
  const contract = contracts.find(({ name }) => name === environment.CONTRACT)
  if (contract === undefined) throw new TypeError('environment: CONTRACT names none that was deployed')
  const client = secretsManagerClient()
  const now = (): Date => new Date()
  const connection = {
    contract,
    baseUrl: environment.BASE_URL,
    endpointId: environment.ENDPOINT_ID,
    tenantId: environment.TENANT_ID,
    overlapSeconds: environment.OVERLAP_SECONDS ?? null,
  }
  const [fault] = connectionFaults({ ...connection, lostReply: environment.LOST_REPLY ?? null })
  if (fault !== undefined) throw new TypeError(`environment: ${fault.member} ${fault.message}`)
  const credential = async () => parseCredential(await readCurrentText(client, environment.CREDENTIALS_SECRET_ID))
  const timeoutMs = environment.VENDOR_TIMEOUT_SECONDS * 1000
  return {
    ...connection,
    rotatedSecret: secretsManagerRotatedSecret(client),
    vendor: httpVendor({ ...connection, credential, timeoutMs, now }),
    lostReply: environment.LOST_REPLY ?? defaultLostReplyRule(contract),
    newRunId: () => randomBytes(8).toString('hex'),
    randomBytes,
    now,
    sleep: async milliseconds => {
      await sleep(milliseconds)
    },
    log: logOf(environment),
  }
}
