import type { JSX } from 'preact'
import { serverNow } from './clock'
import { useOpen } from './open'
import { ReturnLink } from './parts'
import { rotate as texts } from './texts'

/** Says that what follows needs a recent sign-in, where there was none. The server decides; this says it before. */
export function StepUp(): JSX.Element | null {
  const { session } = useOpen()
  const { kind, authenticatedAt, returnUrl } = session
  // A platform's own session is held to the time of its sign-in where it says one.
  const isHeldToIt = kind === 'portal' || authenticatedAt !== null
  if (!isHeldToIt || isRecent(authenticatedAt)) return null
  return (
    <div class="notice">
      <p>{texts.stepUp}</p>
      {returnUrl !== null && <ReturnLink href={returnUrl}>{texts.stepUpAct}</ReturnLink>}
    </div>
  )
}

const recentMilliseconds = 5 * 60 * 1000

function isRecent(authenticatedAt: string | null): boolean {
  return authenticatedAt !== null && serverNow().getTime() - Date.parse(authenticatedAt) < recentMilliseconds
}
