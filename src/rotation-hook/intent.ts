import type { HookDeps, StepWork } from './deps'

/** On the hook's own secret: the vendor was, or is about to be, asked for this version's secret. */
export const intentTag = 'keyturn:intent'

export interface Intent {
  readonly token: string
  readonly at: Date
}

export function formatIntent({ token, at }: Intent): string {
  return `${token} ${at.toISOString()}`
}

/** The version that the tag names; null: there is no tag. */
export function intendedToken(tags: Readonly<Record<string, string>>): string | null {
  return tags[intentTag]?.split(' ')[0] ?? null
}

/** Whether the vendor may have made a secret, for this version or an older one, that was never stored. */
export async function isReplyLost({ own }: Pick<HookDeps, 'own'>, { secretId, state }: StepWork): Promise<boolean> {
  const token = intendedToken(state.tags)
  return token !== null && (await own.read(secretId, token)) === null
}
