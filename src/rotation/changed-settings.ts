import type { EndpointSettings } from './endpoint'

// What a change did to an endpoint's settings, as the audit log keeps it for good: never a secret, so headers by their
// names alone and URLs without what follows a `?` or `#`.

export type ShownSetting = string | number | null | readonly string[]

export interface SettingChange {
  readonly from: ShownSetting
  readonly to: ShownSetting
}

/** By the setting's name; members of `requestConfig` as `requestConfig.<name>`. */
export type ChangedSettings = Readonly<Record<string, SettingChange>>

/**
 * Each setting that differs, as a member to be told; no member where none does. Where only a header's value or a query
 * differs, `from` and `to` look the same.
 */
export function toldChanges(before: EndpointSettings, after: EndpointSettings): { readonly changed?: ChangedSettings } {
  const changed = Object.entries(readers).filter(([, { valueOf }]) => !isSame(valueOf(before), valueOf(after)))
  if (changed.length === 0) return {}
  const told = changed.map(([name, { show }]) => [name, { from: show(before), to: show(after) }] as const)
  return { changed: Object.fromEntries(told) }
}

/** The settings of an endpoint as far as they lead its secret and its deliveries to somebody: to nobody. */
export function leadingNowhere(settings: EndpointSettings): EndpointSettings {
  return { ...settings, url: null, consumers: [], mirror: 'off' }
}

interface SettingReader {
  readonly valueOf: (settings: EndpointSettings) => unknown
  readonly show: (settings: EndpointSettings) => ShownSetting
}

const readers: Readonly<Record<string, SettingReader>> = {
  url: { valueOf: ({ url }) => url, show: ({ url }) => url && withoutQuery(url) },
  description: asItIs(({ description }) => description),
  name: asItIs(({ name }) => name),
  eventTypes: asItIs(({ eventTypes }) => eventTypes),
  status: asItIs(({ status }) => status),
  mirror: asItIs(({ mirror }) => mirror),
  consumers: asItIs(({ consumers }) => consumers),
  'requestConfig.timeoutMs': asItIs(({ requestConfig }) => requestConfig.timeoutMs),
  'requestConfig.headers': {
    valueOf: ({ requestConfig }) =>
      Object.entries(requestConfig.headers)
        .map(([name, value]) => `${name}: ${value}`)
        .toSorted(),
    show: ({ requestConfig }) => Object.keys(requestConfig.headers).toSorted(),
  },
}

function asItIs(read: SettingReader['show']): SettingReader {
  return { valueOf: read, show: read }
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/, '')
}

/** Both are texts, numbers, null, or lists of such. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
