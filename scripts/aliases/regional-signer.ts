import { SignatureV4 } from '@smithy/signature-v4'

/**
 * Signs for one region. Bundles have it in place of `@aws-sdk/signature-v4-multi-region`, whose export has the same name:
 * EventBridge's client brings that package for AWS's global endpoints, which Keyturn does not use.
 */
export class SignatureV4MultiRegion extends SignatureV4 {
  /** `none`: a signature for several regions cannot be made. */
  static sigv4aDependency(): 'none' {
    return 'none'
  }
}
