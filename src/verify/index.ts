export { verify, type VerifyOptions } from './verify'
export { sign, signBody, type SignOptions } from './sign'
export {
  FaultySecretError,
  type SecretFaultCode,
  type VerificationErrorCode,
  WebhookVerificationError,
} from './verification-error'
export type { DeliveryHeaders } from './received-delivery'
export {
  bodyHex,
  type Scheme,
  type SignatureHeader,
  type SignedPart,
  standardWebhooks,
  tenantBodyHex,
  timestampBodyHex,
  timestampedList,
  type TenantBodyNames,
} from './schemes'
export { signsPart } from './content'
export { keyBytes, utf8Text, whsecBase64, type KeyBytes } from './key-bytes'
