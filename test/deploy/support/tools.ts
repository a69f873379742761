import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

/** Whether the suite can run. Throws where a tool is missing, unless `ALLOW_SKIP_DEPLOY=1` allows it to be skipped. */
export function canDeploy(): boolean {
  const missing = missingTools()
  if (missing.length === 0) return true
  const line = `test:deploy PROVES NOTHING HERE: ${missing.join(', ')} missing`
  process.stderr.write(`\n${line}\n\n`)
  if (process.env.ALLOW_SKIP_DEPLOY === '1') return false
  throw new Error(line)
}

/** What the suite needs besides npm packages, and the machine does not have. */
function missingTools(): readonly string[] {
  const missing = []
  if (spawnSync('terraform', ['version']).status !== 0) missing.push('terraform')
  if (spawnSync('moto_server', ['--version']).error) missing.push('moto_server')
  if (missing.length === 0 && providerMirror() === null) missing.push('a filesystem mirror of hashicorp/aws')
  return missing
}

/** How the folder's path ends; before it stands the registry's name. */
const provider = 'registry.*/hashicorp/aws'

/** The folder that Terraform finds providers in: named by the environment, else searched for. */
export function providerMirror(): string | null {
  const named = process.env.TERRAFORM_PROVIDER_MIRROR
  if (named !== undefined) return named
  const skipped = ['/proc/*', '*/.terraform/*', '*plugin-cache*', '*cdktf.out*', '*/node_modules/*']
  const excluded = skipped.flatMap(path => ['-not', '-path', path])
  const search = ['/', '-type', 'd', '-path', `*${provider}`, ...excluded, '-print', '-quit']
  const { stdout } = spawnSync('find', search, { encoding: 'utf8' })
  const [found] = stdout.split('\n').filter(line => line !== '')
  return found === undefined ? null : resolve(found, '../../..')
}
