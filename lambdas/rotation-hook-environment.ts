import * as v from 'valibot'
import { lostReplyRules } from '../src/rotation-hook/lost-reply-rule'

const text = v.pipe(v.string(), v.nonEmpty('must not be empty'))
const seconds = v.pipe(v.string(), v.regex(/^\d{1,7}$/, 'must be a whole number of seconds'), v.transform(Number))
const httpsUrl = v.pipe(v.string(), v.check(isSecure, 'must be an https URL; http only on 127.0.0.1'))

/**
 * Variables of the rotation hook. `CONTRACT`: the vendor's. `BASE_URL`: what stands before the contract's paths.
 * `TENANT_ID`: where the contract needs one. `OVERLAP_SECONDS`: where the contract leaves it to the caller.
 */
export const rotationHookVariables = v.object({
  CONTRACT: text,
  BASE_URL: v.pipe(httpsUrl, v.transform(withoutSlash)),
  ENDPOINT_ID: text,
  TENANT_ID: v.optional(v.string(), ''),
  CREDENTIALS_SECRET_ID: text,
  OVERLAP_SECONDS: v.optional(seconds),
  LOST_REPLY: v.optional(v.picklist(lostReplyRules, `must be one of ${lostReplyRules.join(', ')}`)),
  VENDOR_TIMEOUT_SECONDS: v.optional(seconds, '10'),
  LOG_LEVEL: v.optional(v.pipe(v.string(), v.toLowerCase(), v.picklist(['info', 'error'])), 'info'),
})

export type RotationHookEnvironment = v.InferOutput<typeof rotationHookVariables>

/** https, since the credential goes along; http on this machine alone. */
function isSecure(url: string): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : null
  const isOpen = parsed?.protocol === 'http:' && parsed.hostname === '127.0.0.1'
  return parsed?.protocol === 'https:' || isOpen
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
