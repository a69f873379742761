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
  const { resource = {}, ...rest } = JSON.parse(synthesised)
  writeFileSync(file, JSON.stringify({ ...rest, resource: withoutLeftOut(resource) }, null, 2))
}
