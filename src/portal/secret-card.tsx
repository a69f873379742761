import type { JSX } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { Endpoint } from '../client'
import { copyText } from './copy'
import { Dialog, Facts, Time } from './parts'
import { shown } from '../core/shown'
import { card as texts, common, list } from './texts'

/** What a card shows. `secret` null: it was not asked for, or the page has put it away. */
export interface Card {
  readonly idempotencyKey: string
  /** It came with the endpoint. */
  readonly isOfNewEndpoint: boolean
  readonly endpoint: Endpoint
  readonly secret: string | null
  readonly isUnrevealed: boolean
  readonly state: 'signing' | 'published'
  readonly signsFrom: string | null
  /** Of a tile: the vendor's own words. */
  readonly words: { readonly prompt: string; readonly copy: string }
}

/** Where no vendor has other ones. */
export const usualWords: Card['words'] = { prompt: texts.prompt, copy: texts.copy }

interface CardProps {
  readonly card: Card
  /** Null: nobody is signed in who could ask for it. */
  readonly onShowAgain: (() => void) | null
  readonly onClose: () => void
}

/** A new secret, once: hidden, to be copied, and not closed by mistake. */
export function SecretCard({ card, onShowAgain, onClose }: CardProps): JSX.Element {
  const [isCopied, setCopied] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const { secret } = card
  const isSafeToClose = isCopied || secret === null
  const close = (): void => {
    if (isSafeToClose) onClose()
    else setAsking(true)
  }
  return (
    <Dialog heading={card.isUnrevealed ? texts.unrevealed : texts.heading} onClose={close}>
      {secret !== null && (
        <Secret secret={secret} words={card.words} isCopied={isCopied} onCopied={() => setCopied(true)} />
      )}
      {secret === null && card.isUnrevealed && <p>{texts.unrevealedHelp}</p>}
      {secret === null && !card.isUnrevealed && (
        <p>
          {texts.lost}{' '}
          {onShowAgain !== null && (
            <button type="button" onClick={onShowAgain}>
              {texts.lostAct}
            </button>
          )}
        </p>
      )}
      <Facts rows={factsOf(card)} />
      {isAsking && secret !== null ? (
        <Asking secret={secret} onClose={onClose} onBack={() => setAsking(false)} />
      ) : (
        <div class="actions">
          <button type="button" class={isSafeToClose ? 'main' : ''} onClick={close}>
            {common.close}
          </button>
        </div>
      )}
    </Dialog>
  )
}

function factsOf({ endpoint, secret, state, signsFrom }: Card): Parameters<typeof Facts>[0]['rows'] {
  const published = signsFrom === null ? texts.published : <SignsFrom at={signsFrom} />
  return [
    [texts.endpoint, shown(endpoint.name === '' ? endpoint.id : endpoint.name)],
    [texts.url, endpoint.url === null ? list.noUrl : <code>{shown(endpoint.url)}</code>],
    [texts.account, <code key="account">{shown(endpoint.tenantId)}</code>],
    ...(secret === null ? [] : [[texts.ends, <code key="ends">{shown(secret.slice(-4))}</code>] as const]),
    [texts.state, state === 'signing' ? texts.signing : published],
  ]
}

function SignsFrom({ at }: { readonly at: string }): JSX.Element {
  const [before = '', after = ''] = texts.publishedUntil('\n').split('\n')
  return (
    <>
      {before}
      <Time at={at} />
      {after}
    </>
  )
}

interface SecretProps {
  readonly secret: string
  readonly words: Card['words']
  readonly isCopied: boolean
  readonly onCopied: () => void
}

function Secret({ secret, words, isCopied, onCopied }: SecretProps): JSX.Element {
  const [isRefused, setRefused] = useState(false)
  const [isShown, setShown] = useState(false)
  const id = useId()
  const copy = async (): Promise<void> => {
    if (await copyText(secret)) return onCopied()
    setRefused(true)
  }
  return (
    <>
      <p id={id}>
        <strong>{shown(words.prompt)}</strong>
      </p>
      <div class="secret">
        {isShown ? (
          <code class="value" onCopy={onCopied}>
            {secret}
          </code>
        ) : (
          <span class="value" role="img" aria-label={texts.masked}>
            {'•'.repeat(24)}
          </span>
        )}
        <button type="button" class="main" aria-describedby={id} onClick={() => void copy()}>
          {shown(words.copy)}
        </button>
      </div>
      {/* What is outside of a modal dialog is told to nobody, so this stands in it, and never holds the secret. */}
      <p class="good" role="status">
        {isCopied ? texts.copied : isRefused ? texts.notCopied : ''}
      </p>
      {isRefused && !isCopied && (
        <button type="button" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
          {isShown ? texts.hide : texts.show}
        </button>
      )}
    </>
  )
}

interface AskingProps {
  readonly secret: string
  readonly onClose: () => void
  readonly onBack: () => void
}

function Asking({ secret, onClose, onBack }: AskingProps): JSX.Element {
  const first = useRef<HTMLButtonElement>(null)
  useEffect(() => first.current?.focus(), [])
  const copyAndClose = async (): Promise<void> => {
    if (await copyText(secret)) onClose()
    else onBack()
  }
  return (
    <div class="notice bad" role="alert">
      <p>{texts.ask}</p>
      <div class="actions">
        <button type="button" class="main" ref={first} onClick={() => void copyAndClose()}>
          {texts.askCopy}
        </button>
        <button type="button" onClick={onClose}>
          {texts.askClose}
        </button>
        <button type="button" onClick={onBack}>
          {texts.askBack}
        </button>
      </div>
    </div>
  )
}
