import { App, type TerraformStack } from 'cdktf'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** The newest that Keyturn was applied with is in the lock file; nothing before it, and no 6.x. */
export const awsProvider = { source: 'hashicorp/aws', version: '~> 5.100' } as const

export const lockFile = '.terraform.lock.hcl'

/**
 * Holds a stack to the AWS provider that Keyturn is tested with, instead of the one that its bindings were made from. The
 * checksums of that provider, for all platforms, are put where `terraform init` looks for them. A stack with providers of
 * other kinds as well has to pin those itself.
 */
export function pinAwsProvider(stack: TerraformStack): void {
  stack.addOverride('terraform.required_providers.aws', awsProvider)
  const { outdir, manifest } = App.of(stack)
  const folder = join(outdir, manifest.forStack(stack).workingDirectory)
  mkdirSync(folder, { recursive: true })
  copyFileSync(join(__dirname, lockFile), join(folder, lockFile))
}
