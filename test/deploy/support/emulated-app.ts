import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { untouchedStack, withoutLeftOut } from './left-out'

// The CDKTF app of a project that is deployed to the emulator: that of `infra`, without what the emulator does not know.
// What `infra` wrote stays beside it.

const stacks = resolve(process.env.CDKTF_OUTDIR ?? 'cdktf.out', 'stacks')

execFileSync(process.execPath, ['--import', 'tsx', resolve(__dirname, '../../../infra/main.ts')], { stdio: 'inherit' })
for (const stack of readdirSync(stacks)) {
  const file = join(stacks, stack, 'cdk.tf.json')
  const synthesised = readFileSync(file, 'utf8')
  writeFileSync(join(stacks, stack, untouchedStack), synthesised)
  const parsed = JSON.parse(synthesised)
  // A stack that is taken down has no resources, and Terraform takes no empty object for them.
  if (parsed.resource === undefined) continue
  writeFileSync(file, JSON.stringify({ ...parsed, resource: withoutLeftOut(parsed.resource) }, null, 2))
}
