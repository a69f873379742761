import { S3Backend, type TerraformStack } from 'cdktf'
import type { Backend } from './config'

/** Where Terraform keeps the stack's state. A local file is CDKTF's default. */
export function configureBackend(stack: TerraformStack, stage: string, backend: Backend = { kind: 'local' }): void {
  if (backend.kind === 'local') return
  const { bucket, region, key = `keyturn/${stage}.tfstate` } = backend
  new S3Backend(stack, { bucket, region, key, encrypt: true })
  stack.addOverride('terraform.backend.s3.use_lockfile', true)
}
