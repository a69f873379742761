import type { Secret } from '../../../src/core/secret'
import type { StoredDocument, StoredKey } from '../../../src/rotation-hook/document'
import type { Key } from '../../../src/rotation/ring'
import { mustHold } from '../ledger'
import { endpointId, type HookBed, tenantId } from './bed'
import { overlapOf, placeOf, secretOf } from './stored-document'

/** Some contracts write their times in whole seconds. Until an instant is as long as a slow vendor makes it. */
const slackMilliseconds = { rounded: 1000, instant: 60_000 }

/** What holds of every document that is to be stored: the vendor made its secret, and its older keys end in time. */
export function checkStoredDocument(stage: HookBed, versionId: string, text: Secret): void {
  const { ledger } = stage.world
  if ((stage.own.versions.get(versionId)?.text ?? null) !== null) return
  const document = JSON.parse(text.reveal()) as StoredDocument
  const place = placeOf(stage, document.signingSecret)
  const made = stage.record.rings[place]
  mustHold(ledger, made !== undefined, 'a stored secret is one that the vendor made')
  mustHold(ledger, document.keys[0]?.secret === document.signingSecret, 'the signing secret is the newest key')
  mustHold(
    ledger,
    document.endpointId === endpointId && document.tenantId === tenantId,
    'a document names its endpoint',
  )
  mustHold(ledger, document.keys[0]?.expiresAt === null, 'the newest key does not expire')
  const latest = stage.world.clock + (made === undefined ? 0 : overlapOf(made))
  for (const older of document.keys.slice(1)) checkOlderKey(stage, older, { ring: made?.ring.keys ?? [], latest })
}

/**
 * A key lives in the document for at least as long as the vendor signs with it, and no longer than the overlap from now.
 * The hook cannot know better after a lost reply, with which the overlap may have begun.
 */
function checkOlderKey(
  stage: HookBed,
  { secret, expiresAt }: StoredKey,
  { ring, latest }: { readonly ring: readonly Key[]; readonly latest: number },
): void {
  const { ledger } = stage.world
  const end = expiresAt === null ? Number.NaN : Date.parse(expiresAt)
  const known = ring.find(key => secretOf(stage, key.id) === secret)?.expiresAt?.getTime()
  mustHold(ledger, placeOf(stage, secret) !== -1, 'an older key is one that the vendor made')
  mustHold(ledger, end <= latest, 'an older key ends with its overlap at the latest')
  if (known !== undefined && !stage.plan.byHand) {
    mustHold(ledger, end > known - slackOf(stage), 'an older key lives as long as it signs')
  }
}

function slackOf({ plan: { contract } }: HookBed): number {
  const isInstant = contract.overlap.kind === 'chosen' && contract.overlap.unit === 'instant'
  return isInstant ? slackMilliseconds.instant : slackMilliseconds.rounded
}
