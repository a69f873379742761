import type { Contract } from '../src/contracts/contract'
import type { LostReplyRule } from '../src/rotation-hook/lost-reply-rule'
import type { FunctionVpc } from './control-plane-function'

export interface RotatedSecretProps {
  /** The secret's name; `/` becomes `-` in the names of what belongs to it. */
  readonly name: string
  /** The vendor's: the name of a contract that comes with Keyturn, or a contract of your own. */
  readonly contract: string | Contract
  /** What stands before the contract's paths, such as `https://api.vendor.example`. */
  readonly baseUrl: string
  readonly endpointId: string
  /** Where the contract needs one: a company, or a tenant of Keyturn. */
  readonly tenantId?: string
  /** ARN of a secret that holds the vendor's credential: the bare token, or `{"token": "…"}`. */
  readonly credentialsSecretArn: string
  /** `rate(30 days)` or `cron(…)`, as Secrets Manager takes it. */
  readonly schedule: string
  /** Whether deploying rotates at once. Default: no, only the function's test runs. */
  readonly rotateImmediately?: boolean
  /** How long the secret before keeps working, where the contract leaves it to the caller. */
  readonly overlapSeconds?: number
  /** What to do after a lost reply, in place of the contract's default. */
  readonly lostReply?: LostReplyRule
  /** ARN of a key of your own for the secret. Its policy must let the function's role use it. */
  readonly kmsKeyArn?: string
  /** ARN of the key of the credentials secret, where it has one of your own. */
  readonly credentialsKmsKeyArn?: string
  /** Where the vendor or Secrets Manager is reached through a VPC. */
  readonly vpc?: FunctionVpc
  /** Gets the alarms, once the subscription that AWS sends is confirmed. */
  readonly alarmEmail?: string
  /** Default 30. */
  readonly logRetentionDays?: number
  /** The folder with `rotation-hook/index.js`. Default: the bundles that come with the package. */
  readonly bundles?: string
}
