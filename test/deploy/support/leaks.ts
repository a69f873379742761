import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DeployBed } from './deploy-bed'

/** Which of the texts hold one of the secrets, as text, in base64 or in hex. */
export function leaks(texts: Readonly<Record<string, string>>, secrets: readonly string[]): readonly string[] {
  const forms = secrets.flatMap(secret => {
    const bytes = Buffer.from(secret)
    return [secret, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')]
  })
  return Object.entries(texts).flatMap(([name, text]) => (forms.some(form => text.includes(form)) ? [name] : []))
}

/** What Terraform, CDKTF and the functions have written so far, by where it stands. */
export function everythingWritten({ project, folder }: DeployBed, stage: string): Readonly<Record<string, string>> {
  const logs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ndjson'))
  return {
    state: project.state(stage),
    plan: project.read('plan.json'),
    synthesised: readFileSync(join(project.stackFolder(stage), 'cdk.tf.json'), 'utf8'),
    printed: project.printed,
    ...Object.fromEntries(logs.map(file => [file, readFileSync(join(folder, file), 'utf8')])),
  }
}
