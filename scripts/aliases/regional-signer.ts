import { SignatureV4 } from '@smithy/signature-v4'

/**
 * Signs for one region. Bundles use it in place of `@aws-sdk/signature-v4-multi-region`, whose export it has the name
 * of: EventBridge's client brings that for global endpoints, which Keyturn has none of.
 */
export class SignatureV4MultiRegion extends SignatureV4 {
  /** `none`: a signature for several regions cannot be made. */
  static sigv4aDependency(): 'none' {
    return 'none'
  }
}
