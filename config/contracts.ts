// `keyturn/contracts`: what the file of a contract of one's own imports, besides the schemes of `keyturn/verify`, and the
// type of the configuration that mounts it.

export { problemDetails, standardDelivery } from '../src/contracts/defaults'
export { underOwnNames, type Json, type Shape } from '../src/contracts/shape'
export type {
  Access,
  ApiKeyAccess,
  Contract,
  Credentials,
  DeliveryFormat,
  ErrorDialect,
  ErrorWords,
  IdFormat,
  Operation,
  OperationOf,
  Overlap,
  OwnSecret,
  RotateBody,
  SecondRotation,
  SecretFormat,
  TenantSource,
  TextFormat,
} from '../src/contracts/contract'
export type { ClientRules, RateLimitRule, TenantParts } from '../src/contracts/client-rules'
export type { ErrorField, ReplyFields } from '../src/contracts/reply-fields'
export type { Config, ControlPlaneConfig, MountedContract, Portal } from './config'
