const types = { table: 'aws_dynamodb_table', ring: 'aws_kms_key', mirror: 'aws_kms_key' } as const

export type Retained = keyof typeof types

/** How Terraform's state calls what outlives a stage: the same in every stack, so that it can be found again. */
export function retainedId(stage: string, what: Retained): string {
  return `keyturn_${stage}_${what}`
}

export function retainedAddresses(stage: string): readonly string[] {
  return (['table', 'ring', 'mirror'] as const).map(what => `${types[what]}.${retainedId(stage, what)}`)
}
