import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Endpoint } from '../client'
import type { Contract } from '../contracts/contract'
import { serverNow } from './clock'
import { hasSeveralSignatures, type Ring, type RotationRecord } from './key-ring'
import { type RevealingRequest, useOpen } from './open'
import { useReading } from './reading'
import { Dialog, Failure, Field, useWork } from './parts'
import {
  afterPlan,
  bodyOf,
  hasRoom,
  likelyReceiver,
  needsRecentSignIn,
  planFor,
  possibleReceivers,
  type Receiver,
  type RotationPlan,
  triedForSeconds,
} from './rotation-plan'
import { StepUp } from './step-up'
import { common, problems, rotate as texts, timeline as timelineTexts } from './texts'
import { timelineOf } from './timeline'
import { TimelinePicture, TimelineTable } from './timeline-picture'
import { duration } from './times'
import { isOpenEnded } from './unclear'

interface RotateProps {
  readonly endpoint: Endpoint
  readonly contract: Contract
  readonly ring: Ring
  readonly records: readonly RotationRecord[]
  /** For a secret that leaked: no question is asked. */
  readonly isEmergency: boolean
  readonly onDone: () => void
  readonly onClose: () => void
}

/** Asks the one question, shows what follows from the answer, and does it. */
export function RotateDialog(props: RotateProps): JSX.Element {
  const { endpoint, contract, ring, isEmergency, onDone, onClose } = props
  const open = useOpen()
  const [receiver, setReceiver] = useState<Receiver | null>(() => likelyReceiver(endpoint))
  const [isAgreed, setAgreed] = useState(false)
  const [isRevealing, setRevealing] = useState(false)
  const [reason, setReason] = useState('')
  const [sent, setSent] = useState<Sent | null>(null)
  const work = useWork()
  const plan = isEmergency ? emergency : receiver === null ? null : planFor(receiver, contract)
  const isRead = receiver === 'reads-mirror' && !isEmergency
  const hasGap = plan !== null && plan.kind !== 'publish'
  const isFull = plan !== null && !hasRoom(plan, contract, ring)
  const send = (): void => {
    if (plan === null) return
    const reveal = !isRead || isRevealing
    const body = bodyOf({ plan, reveal, reason, revision: ring.revision })
    const request = { kind: 'rotate', endpointId: endpoint.id, body } as const
    // The same again, as long as nobody knows what came of it.
    const next = sent ?? { request, key: crypto.randomUUID() }
    setSent(next)
    work.run(async () => {
      try {
        await open.obtain(next.request, next.key)
        onDone()
      } catch (error) {
        if (!isOpenEnded(error, sent !== null)) setSent(null)
        throw error
      }
    })
  }
  const isFixed = work.isRunning || sent !== null
  return (
    <Dialog heading={isEmergency ? texts.emergency : texts.heading} onClose={onClose}>
      <form
        onSubmit={event => {
          event.preventDefault()
          send()
        }}
      >
        {isEmergency ? (
          <p>{texts.emergencyHelp}</p>
        ) : (
          <Question
            answers={possibleReceivers(endpoint)}
            answer={receiver}
            isFixed={isFixed}
            onAnswer={answer => {
              setReceiver(answer)
              setAgreed(false)
            }}
          />
        )}
        {isFull && <p class="notice bad">{problems['too-many-live-keys']}</p>}
        {plan !== null && <Consequence plan={plan} contract={contract} />}
        {plan !== null && <Preview {...props} plan={plan} />}
        {isRead && (
          <Check
            label={texts.show}
            help={texts.showHelp}
            isOn={isRevealing}
            isFixed={isFixed}
            onChange={setRevealing}
          />
        )}
        {hasGap && (
          <Check
            label={isEmergency ? texts.emergencyAgree : texts.gapAgree}
            isOn={isAgreed}
            isFixed={isFixed}
            onChange={setAgreed}
          />
        )}
        {plan !== null && (
          <Field label={texts.reason}>
            {attributes => (
              <input
                {...attributes}
                maxLength={200}
                disabled={isFixed}
                value={reason}
                onInput={event => setReason(event.currentTarget.value)}
              />
            )}
          </Field>
        )}
        {plan !== null && needsRecentSignIn(plan, { ring, contract, now: serverNow() }) && <StepUp />}
        {work.error !== null && <Failure error={work.error} />}
        <div class="actions">
          <button class="main" disabled={plan === null || isFull || (hasGap && !isAgreed) || work.isRunning}>
            {work.isRunning ? texts.working : sent === null ? texts.act : texts.repeat}
          </button>
          <button type="button" onClick={onClose}>
            {common.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

const emergency = { kind: 'emergency' } as const

interface Sent {
  readonly request: RevealingRequest
  readonly key: string
}

interface QuestionProps {
  readonly answers: readonly Receiver[]
  readonly answer: Receiver | null
  readonly isFixed: boolean
  readonly onAnswer: (answer: Receiver) => void
}

function Question({ answers, answer, isFixed, onAnswer }: QuestionProps): JSX.Element {
  return (
    <fieldset disabled={isFixed}>
      <legend>{texts.question}</legend>
      {answers.map(each => (
        <label key={each} class="choice">
          <input type="radio" name="receiver" checked={each === answer} onChange={() => onAnswer(each)} />
          {texts.answers[each]}
        </label>
      ))}
    </fieldset>
  )
}

function Consequence({ plan, contract }: { readonly plan: RotationPlan; readonly contract: Contract }): JSX.Element {
  const { reader } = useReading()
  if (plan.kind === 'publish') {
    const manual = hasSeveralSignatures(contract) ? texts.manualSeveral : texts.manual
    return (
      <p class="notice good">
        {plan.signing === 'manual' ? manual : texts.published(duration(plan.leadSeconds, reader))}
      </p>
    )
  }
  const overlapSeconds = plan.kind === 'emergency' ? 0 : plan.overlapSeconds
  const overlap =
    overlapSeconds === 0 || overlapSeconds === 'endless'
      ? texts.overlapNone
      : texts.overlapHelps(duration(overlapSeconds, reader))
  return (
    <div class="notice bad">
      <p>
        <strong>{texts.gap}</strong> {texts.gapHelp(duration(triedForSeconds(contract), reader), overlap)}
      </p>
    </div>
  )
}

function Preview({ plan, contract, ring, records }: RotateProps & { readonly plan: RotationPlan }): JSX.Element {
  const now = serverNow()
  const after = afterPlan(ring, plan, { contract, now })
  const { bars, ...window } = timelineOf(after.ring, [...records, after.record], now)
  // What the plan ends is still known by its last characters.
  const hintOf = (keyId: string): string | null => ring.keys.find(({ id }) => id === keyId)?.hint ?? null
  const timeline = { ...window, bars: bars.map(bar => ({ ...bar, hint: bar.hint ?? hintOf(bar.keyId) })) }
  return (
    <section aria-label={timelineTexts.preview}>
      <h3>{timelineTexts.preview}</h3>
      <TimelinePicture timeline={timeline} />
      <details>
        <summary>{timelineTexts.previewTable}</summary>
        <TimelineTable timeline={timeline} ring={after.ring} caption={timelineTexts.previewTable} />
      </details>
    </section>
  )
}

interface CheckProps {
  readonly label: string
  readonly help?: string
  readonly isOn: boolean
  readonly isFixed: boolean
  readonly onChange: (isOn: boolean) => void
}

export function Check({ label, help, isOn, isFixed, onChange }: CheckProps): JSX.Element {
  return (
    <div class="field">
      <label class="choice">
        <input
          type="checkbox"
          checked={isOn}
          disabled={isFixed}
          onChange={event => onChange(event.currentTarget.checked)}
        />
        {label}
      </label>
      {help !== undefined && <p class="quiet">{help}</p>}
    </div>
  )
}
