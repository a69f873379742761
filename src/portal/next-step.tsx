import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { type Endpoint, KeyturnError, type ProbeReply } from '../client'
import type { Contract } from '../contracts/contract'
import { hasSeveralSignatures, publishedKey, type Ring, signingKey } from './key-ring'
import { useNow } from './loaded'
import { nextAction, type NextAction, possibleSteps, type Step } from './next-action'
import { may, type Open, useOpen } from './open'
import { Dialog, Failure, Time, useWork } from './parts'
import { Check } from './rotate-dialog'
import { likelyReceiver } from './rotation-plan'
import { useReading } from './reading'
import { shown } from '../core/shown'
import { receiverSnippet } from './snippet'
import { StepUp } from './step-up'
import { adoptions, common, confirm as confirmTexts, next as texts, steps as stepTexts } from './texts'
import { localTime } from './times'

interface NextStepProps {
  readonly endpoint: Endpoint
  readonly contract: Contract
  readonly ring: Ring
  readonly onChanged: () => Promise<void>
  readonly onRotate: (kind: 'usual' | 'emergency') => void
}

/** The one thing to do next, and everything else under More. */
export function NextStep(props: NextStepProps): JSX.Element {
  const { endpoint, contract, ring, onChanged, onRotate } = props
  const open = useOpen()
  const work = useWork()
  const [asked, setAsked] = useState<Asked | null>(null)
  const action = nextAction(ring, { endpoint, contract, now: useNow(30) })
  const mayRotate = may(open, 'rotate')
  const run = (step: () => Promise<string>): void =>
    work.run(async () => {
      open.announce(await step())
      await onChanged()
    })
  const take = (step: Step, isForced: boolean): void => {
    if (step === 'rotate' || step === 'emergency') onRotate(step === 'rotate' ? 'usual' : 'emergency')
    else if (step === 'probe') run(() => probe(open, endpoint))
    else setAsked({ step, isForced })
  }
  const main = stepOf(action)
  const others = possibleSteps(ring, endpoint, contract).filter(step => step !== main)
  return (
    <section class="next" aria-labelledby="next-heading">
      <h2 id="next-heading">{texts.heading}</h2>
      <Situation endpoint={endpoint} action={action} ring={ring} contract={contract} />
      {work.error !== null && <Failure error={work.error} />}
      {mayRotate && main !== null && (
        <div class="actions">
          <button type="button" class="main" disabled={work.isRunning} onClick={() => take(main, false)}>
            {actOf(main)}
          </button>
        </div>
      )}
      {mayRotate && (
        // A step that was taken closes it.
        <details class="more" key={ring.revision}>
          <summary>{common.more}</summary>
          <ul>
            {others.map(step => (
              <li key={step}>
                <button type="button" disabled={work.isRunning} onClick={() => take(step, isUnproven(step))}>
                  {stepTexts[step].act}
                </button>
                <span class="quiet">{stepTexts[step].help}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      <details class="more">
        <summary>{texts.receiver}</summary>
        <Snippet {...props} />
      </details>
      {asked !== null && (
        <Confirm
          {...asked}
          endpoint={endpoint}
          contract={contract}
          ring={ring}
          onDone={() => {
            setAsked(null)
            open.announce(texts.done)
            void onChanged()
          }}
          onClose={() => {
            setAsked(null)
            void onChanged()
          }}
        />
      )}
    </section>
  )
}

/** Under More these are for whoever knows better than a proof. */
function isUnproven(step: Step): boolean {
  return step === 'promote' || step === 'revoke'
}

function stepOf({ kind }: NextAction): Step | null {
  return kind === 'wait-to-sign' || kind === 'wait-for-end' ? null : kind
}

function actOf(step: Step): string {
  const own: Partial<Record<Step, string>> = {
    rotate: texts.rotateAct,
    probe: texts.probeAct,
    promote: texts.promoteAct,
    'roll-back': texts.rollBackAct,
    revoke: texts.revokeAct,
  }
  return own[step] ?? stepTexts[step].act
}

async function probe({ client }: Open, { id }: Endpoint): Promise<string> {
  const { adoption }: ProbeReply = await client.probe(id)
  return adoptions[adoption]
}

interface SituationProps {
  readonly endpoint: Endpoint
  readonly action: NextAction
  readonly ring: Ring
  readonly contract: Contract
}

function Situation({ endpoint, action, ring, contract }: SituationProps): JSX.Element {
  const { reader } = useReading()
  const told = (at: Date | null): string | null => (at === null ? null : localTime(at, reader))
  if (action.kind === 'rotate') return <p>{texts.rotate}</p>
  const isPublished = publishedKey(ring) !== null
  return (
    <>
      <p>
        <strong>{situationText(action, { told, isRead: isRead(endpoint) })}</strong>
      </p>
      <p>{texts.lastFour(shown(action.key.hint))}</p>
      {action.key.proof !== null && (
        <p class="quiet">
          {adoptions[action.key.proof.adoption]}, <Time at={action.key.proof.at} />
        </p>
      )}
      {action.kind === 'probe' && <p class="quiet">{texts.probeHelp}</p>}
      {isPublished && hasSeveralSignatures(contract) && <p class="quiet">{texts.several}</p>}
    </>
  )
}

function situationText(
  action: Exclude<NextAction, { readonly kind: 'rotate' }>,
  { told, isRead }: { readonly told: (at: Date | null) => string | null; readonly isRead: boolean },
): string {
  switch (action.kind) {
    case 'probe':
      return (isRead ? texts.probeRead[action.why] : undefined) ?? texts.probe[action.why]
    case 'promote':
      return texts.promote[action.proof ?? 'none']
    case 'wait-to-sign':
      return texts.waitToSign(told(action.from) ?? '')
    case 'roll-back':
      return texts.rollBack
    case 'revoke':
      return texts.revoke(told(action.until))
    case 'wait-for-end':
      return texts.waitForEnd(told(action.until))
  }
}

/** Whether somebody is known to read the mirror. */
function isRead(endpoint: Endpoint): boolean {
  return likelyReceiver(endpoint) === 'reads-mirror'
}

function Snippet({ endpoint, contract, ring }: NextStepProps): JSX.Element {
  return (
    <pre tabIndex={0} role="region" aria-label={texts.receiver}>
      <code>{shownLines(receiverSnippet(contract, isRead(endpoint) ? ring.mirror.name : null))}</code>
    </pre>
  )
}

function shownLines(text: string): string {
  return text.split('\n').map(shown).join('\n')
}

interface Asked {
  readonly step: Exclude<Step, 'probe' | 'rotate' | 'emergency'>
  /** Although nothing is proven. */
  readonly isForced: boolean
}

interface ConfirmProps extends Asked {
  readonly endpoint: Endpoint
  readonly contract: Contract
  readonly ring: Ring
  readonly onDone: () => void
  readonly onClose: () => void
}

/** Asks before a step; where the server refuses it for what can be forced, asks for that. */
function Confirm({ step, isForced, endpoint, contract, ring, onDone, onClose }: ConfirmProps): JSX.Element {
  const { client } = useOpen()
  const work = useWork()
  const [isAgreed, setAgreed] = useState(false)
  // The same request again, where no reply came.
  const [keys] = useState(() => ({ asked: crypto.randomUUID(), forced: crypto.randomUUID() }))
  const canForce = work.error instanceof KeyturnError && forcible.includes(work.error.code)
  const act = (force: boolean): void =>
    work.run(async () => {
      const idempotencyKey = force ? keys.forced : keys.asked
      await taken(client, { step, endpoint, ring, force, requireProof: !isForced, idempotencyKey })
      onDone()
    })
  const needsAgreement = isForced && step === 'revoke'
  return (
    <Dialog heading={confirmTexts[step]} onClose={onClose}>
      <p>{stepTexts[step].help}</p>
      {(step === 'revoke' || (step === 'promote' && opensGap(ring, contract))) && <StepUp />}
      {needsAgreement && <p class="notice bad">{confirmTexts.unproven}</p>}
      {needsAgreement && (
        <Check label={confirmTexts.anyway} isOn={isAgreed} isFixed={work.isRunning} onChange={setAgreed} />
      )}
      {work.error !== null && <Failure error={work.error} />}
      <div class="actions">
        {canForce ? (
          <button type="button" disabled={work.isRunning} onClick={() => act(true)}>
            {confirmTexts.forceAct}
          </button>
        ) : (
          <button
            type="button"
            class="main"
            disabled={work.isRunning || (needsAgreement && !isAgreed)}
            onClick={() => act(false)}
          >
            {actOf(step)}
          </button>
        )}
        <button type="button" onClick={onClose}>
          {common.cancel}
        </button>
      </div>
    </Dialog>
  )
}

/** Whether letting the published key sign can have deliveries refused, as far as anybody knows. */
function opensGap(ring: Ring, contract: Contract): boolean {
  return !hasSeveralSignatures(contract) && publishedKey(ring)?.proof?.adoption !== 'adopted'
}

/** What the API does all the same when it is forced. */
const forcible: readonly string[] = ['too-early', 'too-late']

interface Taking {
  readonly step: Asked['step']
  readonly endpoint: Endpoint
  readonly ring: Ring
  readonly force: boolean
  readonly requireProof: boolean
  readonly idempotencyKey: string
}

async function taken(client: Open['client'], taking: Taking): Promise<void> {
  const { step, endpoint, ring, force, requireProof, idempotencyKey } = taking
  const { id } = endpoint
  const ifRevision = ring.revision
  const keyId = publishedKey(ring)?.id ?? signingKey(ring)?.id ?? ''
  switch (step) {
    case 'promote':
      await client.promote(id, { keyId, ifRevision, ...(force && { force }) }, { idempotencyKey })
      break
    case 'abandon':
      await client.abandon(id, { keyId, ifRevision }, { idempotencyKey })
      break
    case 'roll-back':
      await client.rollBack(id, { ifRevision, ...(force && { force }) }, { idempotencyKey })
      break
    case 'revoke':
      await client.revokePrevious(id, { ifRevision, requireProof }, { idempotencyKey })
      break
  }
}
