// What sessions take of the library that reads tokens. It is a file of its own beside a function's bundle, and is loaded
// with the first session: most callers have API keys.

export { JOSENotSupported, JWKSMultipleMatchingKeys, JWKSNoMatchingKey, JWTExpired } from 'jose/errors'
export { createRemoteJWKSet } from 'jose/jwks/remote'
export { jwtVerify } from 'jose/jwt/verify'
