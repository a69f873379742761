import type { Statement } from './statement'

export interface RotatedSecretReach {
  readonly credentialsSecretArn: string
  readonly kmsKeyArn?: string
  readonly credentialsKmsKeyArn?: string
  readonly vpc?: object
}

/** What a rotation hook may do: with its own secret what its four steps need, and read the vendor's credential. */
export function rotatedSecretStatements(secretArn: string, reach: RotatedSecretReach): readonly Statement[] {
  return [
    {
      Sid: 'RotateTheSecret',
      Effect: 'Allow',
      Action: [
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:UpdateSecretVersionStage',
        'secretsmanager:TagResource',
        'secretsmanager:UntagResource',
      ],
      Resource: [secretArn],
    },
    {
      Sid: 'ReadTheCredential',
      Effect: 'Allow',
      Action: ['secretsmanager:GetSecretValue'],
      Resource: [reach.credentialsSecretArn],
    },
    ...useKey('UseTheKey', reach.kmsKeyArn, ['kms:GenerateDataKey', 'kms:Decrypt']),
    ...useKey('OpenTheCredential', reach.credentialsKmsKeyArn, ['kms:Decrypt']),
    ...(reach.vpc === undefined ? [] : [attachToVpc]),
  ]
}

function useKey(Sid: string, key: string | undefined, Action: readonly string[]): readonly Statement[] {
  if (key === undefined) return []
  const Condition = { StringLike: { 'kms:ViaService': 'secretsmanager.*.amazonaws.com' } }
  return [{ Sid, Effect: 'Allow', Action, Resource: [key], Condition }]
}

/** EC2 does not know yet which interface it will be. */
const attachToVpc: Statement = {
  Sid: 'AttachToTheVpc',
  Effect: 'Allow',
  Action: ['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DeleteNetworkInterface'],
  Resource: ['*'],
}
