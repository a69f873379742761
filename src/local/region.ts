import { StartError } from './start-error'

/** `--region`; without it the AWS SDK finds one. @throws {StartError} */
export function regionOptions(region: string | undefined): { readonly region?: string } {
  if (region === undefined) return {}
  if (/^[a-z0-9-]+$/.test(region)) return { region }
  throw new StartError(`--region takes a region such as eu-central-1, not ${JSON.stringify(region)}`)
}
