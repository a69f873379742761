/** One statement of an IAM policy. It allows; nothing in Keyturn's policies denies. */
export interface Statement {
  readonly Sid: string
  readonly Effect: 'Allow'
  /** In policies of resources only. */
  readonly Principal?: { readonly AWS: string | readonly string[] } | { readonly Service: string }
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition?: Conditions
}

/** By operator, then by condition key. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>

/** Who may assume a role. */
export type TrustStatement = Omit<Statement, 'Resource'>

/** The policy as AWS takes it, in JSON. */
export function policyDocument(statements: readonly (Statement | TrustStatement)[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}
