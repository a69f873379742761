import type { AttemptsItem } from '../client'
import type { Adoption, KeyState, RotationRecord } from './key-ring'
import type { Step, Unproven } from './next-action'
import type { Receiver } from './rotation-plan'
import type { Scope } from './connection'

// Every text of the page. What others have written goes through `shown` before it stands among these.

export const title = 'Webhook secrets'

export const start = {
  heading: 'Whose page is this?',
  intro:
    'This link opens the webhook secrets below. Go on only if they are yours: whoever deploys a stranger’s secret can be sent forged webhooks.',
  platform: 'Platform',
  tenant: 'Account',
  person: 'Signed in as',
  proceed: 'Continue',
  replaces: (who: string, tenant: string) =>
    `This tab is signed in as ${who} of ${tenant}. If you continue, that ends here.`,
  stay: (who: string) => `Stay signed in as ${who}`,
  noLink: 'Open this page from your platform',
  noLinkHelp: 'This page opens with a link from your platform’s dashboard. Each link works once, for a short time.',
  badLink: 'This link no longer works',
  badLinkHelp: 'It was used already, or its time is over. Ask your platform for a new one.',
  badSession: 'Your session opens nothing here',
  badSessionHelp: 'It is over, or it is not for this account. Open the page from your platform again.',
  noReply: 'No reply',
  noReplyHelp: 'The server did not answer. Nothing is lost: try again.',
  again: 'Try again',
  broken: 'This page has a fault',
  brokenHelp: 'Nothing is lost: load it again. A secret that is open stays open until then.',
  waiting: 'Waiting for your platform…',
  wrongParent: 'This page is not for the site that shows it',
  wrongParentHelp: 'The session was made for another site. It was ended.',
  noCookie: 'Your browser kept no cookie',
  noCookieHelp: (isHttp: boolean) =>
    isHttp
      ? 'This page stays signed in by a secure cookie, which Safari does not keep over http, and no browser keeps where cookies are off. Open a new link in another browser, or over https.'
      : 'This page stays signed in by a cookie. Allow cookies for this site, then ask your platform for a new link: this one was used.',
  over: 'Your session is over',
  overHelp: 'Open the page from your platform again to go on.',
  signedOut: 'You are signed out',
  back: 'Back to your platform',
} as const

export const frame = {
  skip: 'Skip to the content',
  sections: 'Sections',
  webhooks: 'Webhooks',
  history: 'History',
  signOut: 'Sign out',
  account: 'Account',
  person: 'You',
  exact: 'Exact times, in UTC',
  unfinished:
    'A request of this tab got no answer. It may have made a new secret, which only the same request can show: repeat it, or forget that secret.',
  repeat: 'Repeat it',
  forget: 'Forget it',
  runsOut: (when: string) => `Your session ends at ${when}.`,
  renew: 'Sign in again to go on',
  renewHelp: 'Open a new link from your platform to go on. A secret that is open here stays open.',
} as const

export const common = {
  loading: 'Loading…',
  failed: 'That did not work',
  reload: 'Load again',
  more: 'More',
  loadMore: 'Show more',
  cancel: 'Cancel',
  close: 'Close',
  copy: 'Copy',
  copied: 'Copied.',
  none: 'none',
  never: 'never',
  yes: 'Yes',
  no: 'No',
  save: 'Save',
  saved: 'Saved.',
  possibleFrom: 'Possible again:',
  reference: (id: string) => `Reference ${id}`,
  keyEnding: (hint: string) => `…${hint}`,
} as const

/** By the API's codes; others are told in the API's own words. */
export const problems: Readonly<Record<string, string>> = {
  network: 'No reply came. Whether the request did anything is not known: try again, and the same request is repeated.',
  timeout: 'No reply came in time. Try again, and the same request is repeated.',
  'unexpected-reply': 'Something else than Keyturn answered.',
  'changed-meanwhile':
    'The keys have changed since you looked, perhaps in another tab. Look at them again, then decide.',
  'not-found': 'It is not there, or not yours to see.',
  'not-proven': 'Your receiver has not proven within the last hour that it has the key that signs. Test it first.',
  'recent-sign-in-required': 'This cannot be taken back, so it needs a sign-in of the last five minutes.',
  'rotation-in-progress': 'Another rotation is under way.',
  'too-many-live-keys':
    'There is no room for another key. Wait until one ends, or end the keys before: both are under Keys.',
  'rotation-budget': 'Too many changes in 24 hours. The secret leaked? That way stays open, under More.',
  'rotation-cooldown': 'The last rotation was a moment ago. Wait before the next one.',
  'endpoint-busy': 'Too many tests at once. Try again in a moment.',
  'permission-denied': 'Your session does not allow this.',
  'role-required': 'Your role does not allow this.',
  unavailable: 'The server is busy. Try again in a moment.',
  internal: 'The server had a fault. Try again in a moment.',
}

export const list = {
  heading: 'Webhooks',
  filters: 'Filters',
  status: 'State',
  anyStatus: 'Any state',
  url: 'URL',
  urlIs: 'URL is',
  contract: 'Kind',
  anyContract: 'Any kind',
  apply: 'Show',
  create: 'New endpoint',
  name: 'Endpoint',
  state: 'State',
  deliveries: 'Deliveries',
  age: 'Key in use since',
  noUrl: 'no URL',
  empty: 'No endpoint yet',
  emptyHelp: 'An endpoint is a URL of yours that webhooks are sent to, with its own secret.',
  first: 'Create the first endpoint',
  emptyReader: 'Whoever may create endpoints in your account can add the first one.',
  noMatch: 'No endpoint matches.',
  caption: 'Your endpoints',
} as const

export const states = { active: 'Active', paused: 'Paused' } as const

export const health = {
  none: 'Nothing sent yet',
  good: 'Arriving',
  failing: (count: number) => (count === 1 ? 'The last one failed' : `The last ${count} failed`),
  pending: 'On its way',
  pausedReason: (reason: string) => `Paused: ${reason}`,
} as const

export const endpoint = {
  views: 'Views of this endpoint',
  keys: 'Keys',
  deliveries: 'Deliveries',
  settings: 'Settings',
  history: 'History',
  back: 'All endpoints',
  mirrorPending: 'The copy in Secrets Manager is behind. Keyturn is bringing it up to date.',
} as const

export const keyStates: Readonly<Record<KeyState, string>> = {
  published: 'Published',
  signing: 'Signing',
  retiring: 'Retiring',
}

export const keyStateHelp: Readonly<Record<KeyState, string>> = {
  published: 'Receivers can have it and it verifies; another key signs.',
  signing: 'Deliveries are signed with it.',
  retiring: 'It signed before, and verifies until its end.',
}

export const timeline = {
  heading: 'Key timeline',
  now: 'now',
  until: (when: string) => `until ${when}`,
  picture: (count: number) =>
    count === 1
      ? 'One key over time. The table below says the same.'
      : `${count} keys over time. The table below says the same.`,
  caption: 'Keys over time',
  key: 'Key',
  state: 'State',
  since: 'Since',
  ends: 'Ends',
  proof: 'Last proof',
  noEnd: 'no end',
  ended: 'Ended',
  untilPromoted: 'when it is promoted',
  new: 'new',
  preview: 'What this does',
  previewTable: 'The keys after this',
  legend: 'What the bars mean',
} as const

export const adoptions: Readonly<Record<Adoption, string>> = {
  adopted: 'The receiver has it',
  'not-adopted': 'The receiver does not have it',
  'accepts-anything': 'The receiver accepts anything',
  inconclusive: 'The answers say nothing',
  unreachable: 'Nothing answered',
}

export const next = {
  heading: 'Next',
  lastFour: (hint: string) => `Its last four characters are ${hint}. Is that the one that you deployed?`,
  rotate: 'Nothing is under way. One key signs, and no other is live.',
  rotateAct: 'Rotate secret',
  probe: {
    unproven: 'Deploy the new secret, then test whether your receiver has it.',
    'not-adopted': 'Your receiver does not have the new secret yet. Deploy it, then test again.',
    inconclusive: 'The last test said nothing: some answers contradict each other. Test again.',
    unreachable: 'Nothing answered at the URL. See that your receiver runs, then test again.',
  } satisfies Readonly<Record<Unproven, string>>,
  /** Where the receiver reads the mirror. */
  probeRead: {
    unproven: 'Your receiver reads the new secret by itself. Test whether it has.',
    'not-adopted': 'Your receiver has not read the new secret yet. Give its cache a few minutes, then test again.',
  } as Partial<Readonly<Record<Unproven, string>>>,
  probeAct: 'Test the receiver',
  probeHelp: 'Two or three test deliveries: with the new key alone, and with a key that nobody has.',
  promote: {
    adopted: 'Your receiver has the new secret. Let it sign.',
    'accepts-anything':
      'Your receiver accepts deliveries that nobody signed, or checks them later, so a test proves nothing. See yourself that the new secret is there, then let it sign.',
    none: 'There is no URL to test. See yourself that your receiver has the new secret, then let it sign.',
  },
  promoteAct: 'Let the new key sign',
  waitToSign: (when: string) => `The new key signs by itself ${when}, once receivers have been able to read it.`,
  rollBack:
    'Your receiver refuses the new key and takes the one before: deliveries are failing. Go back, deploy the new secret, then let it sign again.',
  rollBackAct: 'Roll back',
  revoke: (when: string | null) =>
    when === null
      ? 'Your receiver has the new key. The one before has no end: end it.'
      : `Your receiver has the new key. The one before ends by itself ${when}, or now.`,
  revokeAct: 'End the key before',
  waitForEnd: (when: string | null) =>
    when === null
      ? 'The key before has no end. End it under More once nothing uses it.'
      : `The key before ends by itself ${when}.`,
  done: 'Done.',
  several: 'Deliveries carry a signature of every live key, so your receiver accepts them with either.',
  receiver: 'Code for the receiver',
} as const

export const steps: Readonly<Record<Step, { readonly act: string; readonly help: string }>> = {
  probe: { act: 'Test the receiver', help: 'Sends two or three test deliveries.' },
  promote: {
    act: 'Let the new key sign, proven or not',
    help: 'Deliveries fail while your receiver does not have it.',
  },
  abandon: { act: 'Give the new key up', help: 'It will not sign. It verifies for a while longer.' },
  'roll-back': { act: 'Roll back', help: 'The key before signs again; the new one waits.' },
  revoke: {
    act: 'End the keys before, proven or not',
    help: 'Whoever still uses them refuses every delivery from now on.',
  },
  rotate: { act: 'Rotate secret', help: 'Makes a new key.' },
  emergency: {
    act: 'The secret leaked: end every key now',
    help: 'A new key signs at once and every other ends. Deliveries fail until the new one is deployed.',
  },
}

export const confirm = {
  promote: 'Let the new key sign now?',
  abandon: 'Give the new key up?',
  'roll-back': 'Let the key before sign again?',
  revoke: 'End the keys before now?',
  unproven:
    'Your receiver has not proven that it has the key that signs. If it does not, it refuses every delivery from now on.',
  anyway: 'I know that deliveries can fail',
  force: (detail: string) => `${detail} Do it anyway?`,
  forceAct: 'Do it anyway',
} as const

export const rotate = {
  heading: 'Rotate secret',
  question: 'Can your receiver hold two secrets, or read them from Secrets Manager?',
  answers: {
    'reads-mirror': 'It reads them from Secrets Manager',
    'holds-two': 'It can hold two secrets',
    'holds-one': 'No, one secret at a time',
  } satisfies Readonly<Record<Receiver, string>>,
  published: (lead: string) =>
    `The new key is published first. It signs by itself after about ${lead}, once receivers have been able to read it. No delivery fails.`,
  manual: 'The new key is published first: you deploy it, test your receiver, and then let it sign. No delivery fails.',
  manualSeveral:
    'The new key is published first, and deliveries carry its signature beside the present one. Deploy it whenever it suits you; no delivery fails.',
  gap: 'A gap is certain.',
  gapHelp: (tried: string, overlap: string) =>
    `Deliveries carry one signature, the new key’s, from the moment you rotate. Your receiver refuses them until you have deployed the new secret: the gap is as long as that takes you. ${overlap} Refused deliveries are tried again for ${tried}; what is not accepted by then is given up, and can be sent again here.`,
  overlapNone: 'The old key ends at once.',
  overlapHelps: (overlap: string) => `The old key verifies for ${overlap} more, which does not close the gap.`,
  gapAgree: 'I am ready to deploy the new secret right away',
  emergency: 'End every key now',
  emergencyHelp:
    'For a secret that leaked. A new key signs at once and every other key ends. Your receiver refuses every delivery until it has the new secret.',
  emergencyAgree: 'I know that deliveries fail until the new secret is deployed',
  show: 'Show me the new secret as well',
  showHelp: 'Your receiver reads it from Secrets Manager, so nobody has to see it.',
  reason: 'Reason (for the history)',
  act: 'Rotate secret',
  working: 'Rotating…',
  repeat: 'Repeat the same request',
  stepUp: 'This needs a sign-in of the last five minutes.',
  stepUpAct: 'Sign in again',
} as const

export const card = {
  heading: 'New secret',
  prompt: 'New secret — copy it now. It won’t be shown again.',
  masked: 'The secret is hidden',
  copy: 'Copy',
  copied: 'The secret was copied.',
  notCopied: 'Your browser does not allow copying here. Show it and copy it by hand.',
  show: 'Show it',
  hide: 'Hide it',
  endpoint: 'Endpoint',
  url: 'URL',
  account: 'Account',
  ends: 'Last four characters',
  state: 'State',
  signing: 'It signs deliveries from now on. Deploy it right away.',
  published: 'It does not sign yet. Deploy it beside the old one, then test your receiver.',
  publishedUntil: (when: string) => `It signs by itself ${when}.`,
  close: 'Close',
  ask: 'You have not copied the secret. Once this is closed it cannot be shown again.',
  askCopy: 'Copy and close',
  askClose: 'Close without it',
  askBack: 'Back',
  unrevealed: 'The new key is there',
  unrevealedHelp: 'Your receiver reads the secret from Secrets Manager. It was not shown to anybody.',
  lost: 'The secret is no longer in this page.',
  lostAct: 'Show it again',
} as const

export const tile = { keys: 'Keys and deliveries' } as const

export const create = {
  heading: 'New endpoint',
  name: 'Name',
  url: 'URL',
  urlHelp: 'Where webhooks are sent, with https://',
  contract: 'Kind',
  events: 'Event types',
  eventsHelp: 'One a line. None: every event.',
  act: 'Create endpoint',
  working: 'Creating…',
} as const

export const deliveries = {
  heading: 'Deliveries',
  attempts: 'Attempts',
  attemptsHelp: 'Each attempt, with the keys that signed it.',
  none: 'Nothing was sent within 30 days.',
  event: 'Event',
  status: 'State',
  created: 'Created',
  tries: 'Attempts',
  answer: 'Last answer',
  words: { success: 'Delivered', failed: 'Failed', pending: 'On its way' },
  kinds: { delivery: 'Delivery', test: 'Test', probe: 'Probe' },
  at: 'When',
  kind: 'Kind',
  result: 'Answer',
  keys: 'Signed by',
  nobody: 'nobody’s key',
  took: 'Took',
  milliseconds: (count: number) => `${count} ms`,
  errors: {
    'insecure-url': 'the URL is not https',
    'refused-address': 'the address is not public',
    unresolved: 'the host has no address',
    'lookup-timeout': 'looking the host up took too long',
    'connection-refused': 'the connection was refused',
    'connect-timeout': 'connecting took too long',
    unreachable: 'the host was not reached',
    tls: 'TLS failed: see the certificate',
    timeout: 'no answer in time',
    'bad-response': 'the answer was no HTTP',
    status: '',
  } satisfies Readonly<Record<NonNullable<AttemptsItem['error']>, string>>,
  body: 'Body of the answer',
  sendAgain: 'Send again',
  sentAgain: 'It is sent again.',
  recover: 'Send again what failed',
  recoverSince: 'Since',
  recoverAct: 'Send again',
  recovered: (count: number) => (count === 1 ? 'One delivery is sent again.' : `${count} deliveries are sent again.`),
  test: 'Send a test',
  tested: (status: string) => `The test was sent: ${status}.`,
} as const

export const settings = {
  heading: 'Settings',
  name: 'Name',
  description: 'Description',
  url: 'URL',
  events: 'Event types',
  paused: 'Pause deliveries',
  id: 'Id',
  kind: 'Kind',
  mirror: 'Copy in Secrets Manager',
  mirrorOn: (name: string) => `on, as ${name}`,
  mirrorOff: 'off',
  delete: 'Delete this endpoint',
  deleteHelp: 'Its keys end, and nothing is sent to it any more. This cannot be taken back.',
  deleteAsk: (name: string) => `Type ${name} to delete the endpoint for good.`,
  deleteAct: 'Delete for good',
  deleted: 'The endpoint was deleted.',
} as const

export const history = {
  heading: 'History',
  when: 'When',
  who: 'Who',
  what: 'What',
  why: 'Why',
  changes: 'Changes',
  endpoint: 'Endpoint',
  none: 'Nothing has happened yet.',
  kinds: {
    create: 'Created',
    rotate: 'Rotated: the new key signed at once',
    publish: 'Published a new key',
    promote: 'Let the new key sign',
    abandon: 'Gave the new key up',
    'roll-back': 'Rolled back',
    revoke: 'Ended the keys before',
    update: 'Changed settings',
    delete: 'Deleted',
    replay: 'Showed the secret again',
    'create-api-key': 'Made an API key',
    'revoke-api-key': 'Ended an API key',
    'create-portal-session': 'Let a person in',
    'end-portal-session': 'Ended a session of this page',
    'end-portal-sessions': 'Ended all sessions of this page',
  } satisfies Readonly<Record<RotationRecord['kind'], string>>,
  /** By the kind of whoever did it; others are shown as the API has them. */
  actors: {
    portal: 'in the portal',
    session: 'in the dashboard',
    'api-key': 'with an API key',
    keyturn: 'by itself',
  } as Readonly<Record<string, string>>,
  /** Between what was and what is. */
  becomes: ' → ',
} as const

export const scopeWords: Readonly<Record<Scope, string>> = {
  read: 'see',
  rotate: 'rotate',
  write: 'change',
  test: 'test',
}
