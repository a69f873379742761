import { choosesSecret, type Contract } from './contract'
import { type Fault, isLowerCaseToken } from './fault'
import { shapeFields } from './shape'

/** What contradicts itself in the members that the rotation hook alone looks at. */
export function checkClient({ client = {} }: Pick<Contract, 'client'>): readonly Fault[] {
  const { headers = {}, rateLimit } = client
  const names = [...Object.keys(headers), ...(rateLimit === undefined ? [] : [rateLimit.remaining, rateLimit.reset])]
  return [
    !names.every(isLowerCaseToken) && 'client must name headers in lower case',
    rateLimit !== undefined &&
      !(rateLimit.statuses.length > 0 && rateLimit.statuses.every(status => status >= 400 && status < 500)) &&
      'client.rateLimit.statuses must be from 400 to 499',
  ]
}

/** What no read shows, or no rotation would send. */
export function checkSentBack({
  client = {},
  operations,
  rotateBody = null,
}: Pick<Contract, 'client' | 'operations' | 'rotateBody'>): readonly Fault[] {
  const { sentBack = {} } = client
  const get = operations.find(({ use }) => use === 'get')
  const shown = get?.reply.body ? shapeFields(get.reply.body) : []
  return [
    ...Object.entries(sentBack).map(
      ([member, field]) => !shown.includes(field) && `client.sentBack.${member} must be a field that get shows`,
    ),
    Object.keys(sentBack).length > 0 &&
      !choosesSecret({ rotateBody }) &&
      'client.sentBack needs rotateBody.ownSecret.required, since it is sent beside the secret',
  ]
}
