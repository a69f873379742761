import * as v from 'valibot'

// What AWS takes, as its documents say: what it would refuse half-way through a deployment is refused before.

/** Retention periods of CloudWatch Logs, in days. */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]

export const logRetentionDays = v.picklist(retentionDays, `must be one of ${retentionDays.join(', ')}`)

export const emailAddress = v.pipe(v.string(), v.email('must be an e-mail address'))

export const accountId = v.pipe(v.string(), v.regex(/^\d{12}$/, 'must be an account id of 12 digits'))

/** As Secrets Manager's API reference writes it: regions to come are taken as well. */
export const region = v.pipe(v.string(), v.regex(/^([a-z]+-)+\d+$/, 'must be a region such as eu-central-1'))

/** In place of a value that Terraform will only know later. */
const reference = String.raw`.*\$\{.*`

function matching(pattern: string, message: string) {
  return v.pipe(v.string(), v.regex(new RegExp(`^(?:${pattern}|${reference})$`), message))
}

/** IAM's API reference, "CreateRole". */
export const rolePath = matching(
  String.raw`/|/[!-~]{1,510}/`,
  'must be /<path>/ of at most 512 characters without spaces',
)

export const policyArn = matching(
  String.raw`arn:aws[a-z-]*:iam::(?:aws|\d{12}):policy/[\w+=,.@/-]+`,
  'must be the ARN of a policy, arn:aws:iam::<account>:policy/<name>',
)

export const subnetId = matching('subnet-[0-9a-f]+', 'must be the id of a subnet')
export const securityGroupId = matching('sg-[0-9a-f]+', 'must be the id of a security group')

const certificatePattern = new RegExp(
  String.raw`^(?:arn:aws[a-z-]*:acm:([a-z0-9-]+):\d{12}:certificate/[\w-]+|${reference})$`,
)

/** Of ACM: API Gateway takes no other. */
export const certificateArn = v.pipe(
  v.string(),
  v.regex(
    certificatePattern,
    'must be the ARN of a certificate in ACM, arn:aws:acm:<region>:<account>:certificate/<id>',
  ),
)

/** Undefined: only Terraform will know. */
export function regionOfCertificate(arn: string): string | undefined {
  return certificatePattern.exec(arn)?.[1]
}

export const secretName = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z0-9/_+=.@-]{1,512}$/,
    'must be 1 to 512 characters of A-Za-z0-9/_+=.@-, known before Terraform runs',
  ),
)

/** `DeleteSecret` of Secrets Manager's API reference; 0 is Terraform's word for a deletion without recovery. */
export const recoveryWindowDays = v.pipe(
  v.number(),
  v.check(
    days => days === 0 || (Number.isInteger(days) && days >= 7 && days <= 30),
    'must be a whole number from 7 to 30, or 0 for none',
  ),
)

/** "Rotation schedules" of Secrets Manager's user guide. */
export const rotationSchedule = v.pipe(
  v.string(),
  v.check(
    schedule => isRate(schedule) || isCron(schedule),
    'must be rate(<n> hours) from 4 hours, rate(<n> days) up to 999 days, or cron(0 <hours> <day of month> <month> <day of week> *)',
  ),
)

function isRate(schedule: string): boolean {
  const [, count = '', unit] = /^rate\(([1-9]\d*) (hour|day)s?\)$/.exec(schedule) ?? []
  const hours = Number(count) * (unit === 'day' ? 24 : 1)
  return hours >= 4 && hours <= 999 * 24
}

/** Windows begin on the hour, and no two are more than a year apart. */
function isCron(schedule: string): boolean {
  return schedule.length <= 256 && /^cron\(0( [0-9A-Z,\-*?/#]+){4} \*\)$/.test(schedule)
}

/** What an `Origin` header holds: API Gateway compares the two as texts. */
export const browserOrigin = v.pipe(
  v.string(),
  v.check(
    origin => URL.parse(origin)?.origin === origin && isHttpsOrLoopback(origin),
    'must be an origin as browsers send it, such as https://app.example.com: https, in lower case, without path and slash',
  ),
)

/** Of a page that is let in by name: https, and a host without wildcards, since it stands in a policy's list as it is. */
export const pageOrigin = v.pipe(
  v.string(),
  v.check(
    origin => /^https:\/\/[a-z0-9.-]+(?::\d{1,5})?$/.test(origin) && URL.parse(origin)?.origin === origin,
    'must be an origin as browsers send it, such as https://app.example.com: https, one host in lower case, without path and slash',
  ),
)

export function isHttpsOrLoopback(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && parsed.hostname === '127.0.0.1')
}

const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u
const ownTag = 'keyturn'
const mostTags = 50

const tagKey = v.pipe(
  v.string(),
  v.minLength(1, 'the key of a tag must not be empty'),
  v.maxLength(128, 'the key of a tag must have at most 128 characters'),
  v.regex(tagText, 'the key of a tag must have letters, digits, spaces and _.:/=+-@ only'),
  v.check(key => !/^aws:/i.test(key), 'the key of a tag must not begin with aws:'),
  v.check(key => key.toLowerCase() !== ownTag, `${ownTag} is a tag that every stage has already`),
)

const tagValue = v.pipe(
  v.string(),
  v.maxLength(256, 'must have at most 256 characters'),
  v.regex(tagText, 'must have letters, digits, spaces and _.:/=+-@ only'),
  v.check(value => !/^aws:/i.test(value), 'must not begin with aws:'),
)

/** Of a stage, besides the one that it has of its own. IAM does not tell keys apart by case. */
export const tags = v.pipe(
  v.record(tagKey, tagValue),
  v.check(given => Object.keys(given).length < mostTags, `must be at most ${mostTags - 1}, besides ${ownTag}`),
  v.check(
    given => new Set(Object.keys(given).map(key => key.toLowerCase())).size === Object.keys(given).length,
    'must differ in more than upper and lower case',
  ),
)
