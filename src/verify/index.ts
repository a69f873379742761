export { sign, type SignOptions } from './sign'
export { verify, type VerifyOptions } from './verify'
export { WebhookVerificationError, type VerificationErrorCode } from './verification-error'
export type { DeliveryHeaders } from './received-delivery'
export type { Scheme, SignatureHeader, SignedPart } from './scheme'
export {
  bodyHex,
  standardWebhooks,
  tenantBodyHex,
  timestampBodyHex,
  timestampedList,
  type TenantBodyNames,
} from './schemes'
export { keyBytes, utf8Text, whsecBase64, type KeyBytes } from './key-bytes'
