import { choosesSecret, type Contract } from './contract'
import { type Fault, isLowerCaseToken } from './fault'
import { shapeFields } from './shape'

/** What contradicts itself in the members that the rotation hook alone looks at. */
export function checkClient({
  client = {},
  tenant,
  operations,
  rotateBody = null,
}: Pick<Contract, 'client' | 'tenant' | 'operations' | 'rotateBody'>): readonly Fault[] {
  const { headers = {}, sentBack = {}, rateLimit } = client
  const get = operations.find(({ use }) => use === 'get')
  const shown = get?.reply.body ? shapeFields(get.reply.body) : []
  const names = [...Object.keys(headers), ...(rateLimit === undefined ? [] : [rateLimit.remaining, rateLimit.reset])]
  const parts = tenant.from === 'path' ? tenant.parts : undefined
  return [
    !names.every(isLowerCaseToken) && 'client must name headers in lower case',
    ...Object.entries(sentBack).map(
      ([member, field]) => !shown.includes(field) && `client.sentBack.${member} must be a field that get shows`,
    ),
    Object.keys(sentBack).length > 0 &&
      !choosesSecret({ rotateBody }) &&
      'client.sentBack needs rotateBody.ownSecret.required, since it is sent beside the secret',
    rateLimit !== undefined &&
      !(rateLimit.statuses.length > 0 && rateLimit.statuses.every(status => status >= 400 && status < 500)) &&
      'client.rateLimit.statuses must be from 400 to 499',
    parts !== undefined &&
      !(
        Number.isInteger(parts.least) &&
        Number.isInteger(parts.most) &&
        parts.least >= 1 &&
        parts.most >= parts.least
      ) &&
      'tenant.parts must count from 1, and most no less than least',
  ]
}
