import type { JSX, RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { KeyState, Ring } from './key-ring'
import { publishedKey } from './key-ring'
import { Table, Time } from './parts'
import { plannedKeyId } from './rotation-plan'
import { shown } from '../core/shown'
import { adoptions, common, keyStates, keyStateHelp, timeline as texts } from './texts'
import { type Bar, endOf, type Timeline } from './timeline'
import { useReading } from './reading'
import { localTime } from './times'

// The timeline as a picture, and the same as a table.

const usualWidth = 720
/** Where a bar's end has room for its time. */
const leastForEnds = 480
const rowHeight = 38
const barHeight = 18
const left = 96
const top = 26
const axisHeight = 18
/** Below this the axis needs two lines: its times would stand in each other. */
const twoLineWidth = 460

export function TimelinePicture({ timeline }: { readonly timeline: Timeline }): JSX.Element {
  const { reader } = useReading()
  const { bars, from, until, now } = timeline
  const figure = useRef<HTMLElement>(null)
  const width = useWidth(figure)
  const xOf = (at: Date): number => {
    const share = (at.getTime() - from.getTime()) / (until.getTime() - from.getTime())
    return left + Math.min(1, Math.max(0, share)) * (width - left)
  }
  const height = top + bars.length * rowHeight
  const secondLine = width < twoLineWidth ? axisHeight : 0
  return (
    <figure class="timeline" ref={figure}>
      <svg
        viewBox={`0 0 ${width} ${height + axisHeight + secondLine}`}
        role="img"
        aria-label={texts.picture(bars.length)}
      >
        {bars.map((bar, row) => (
          <BarPicture key={bar.keyId} bar={bar} y={top + row * rowHeight} xOf={xOf} now={now} width={width} />
        ))}
        <line class="now" x1={xOf(now)} x2={xOf(now)} y1={top - 8} y2={height} />
        <text class="now" x={xOf(now)} y={top - 12} text-anchor="middle">
          {texts.now}
        </text>
        <text class="axis" x={left} y={height + 14}>
          {localTime(from, reader)}
        </text>
        <text class="axis" x={width} y={height + 14 + secondLine} text-anchor="end">
          {localTime(until, reader)}
        </text>
      </svg>
      <figcaption>
        <ul class="legend" aria-label={texts.legend}>
          {(['published', 'signing', 'retiring'] as const).map(state => (
            <li key={state}>
              <svg viewBox="0 0 20 12" width="20" height="12" aria-hidden="true">
                <rect class={`bar ${state}`} width="20" height="12" rx="3" />
              </svg>
              <span>
                <strong>{keyStates[state]}.</strong> {keyStateHelp[state]}
              </span>
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  )
}

/** As wide as there is room, so that its texts stay as large as the page's. */
function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(usualWidth)
  useLayoutEffect(() => {
    const { current } = element
    if (current === null) return undefined
    const observer = new ResizeObserver(() => setWidth(Math.max(240, current.clientWidth)))
    observer.observe(current)
    return () => observer.disconnect()
  }, [])
  return width
}

interface BarProps {
  readonly bar: Bar
  readonly y: number
  readonly xOf: (at: Date) => number
  readonly now: Date
  readonly width: number
}

function BarPicture({ bar, y, xOf, now, width }: BarProps): JSX.Element {
  const { reader } = useReading()
  const change = bar.spans.map(({ until }) => until).find(until => until !== null && until > now) ?? null
  const middle = y + barHeight / 2 + 4
  return (
    <g>
      <text class="key" x={left - 10} y={middle} text-anchor="end">
        {nameOf(bar)}
      </text>
      {bar.spans.map(({ state, from, until }) => {
        const x = xOf(from)
        const end = until === null ? width : xOf(until)
        if (end <= left) return null
        const isPlanned = from > now
        return (
          <rect
            key={`${state}${from.getTime()}`}
            class={`bar ${state}${isPlanned ? ' planned' : ''}${bar.state === null ? ' ended' : ''}`}
            x={x}
            y={y}
            width={Math.max(2, end - x)}
            height={barHeight}
            rx="3"
          />
        )
      })}
      {change !== null && width >= leastForEnds && (
        <text class="end" x={xOf(change)} y={y + barHeight + 12} text-anchor="end">
          {texts.until(localTime(change, reader))}
        </text>
      )}
    </g>
  )
}

function nameOf({ keyId, hint }: Bar): string {
  if (keyId === plannedKeyId) return texts.new
  return hint === null ? `${shown(shortId(keyId))}…` : common.keyEnding(shown(hint))
}

/** Enough of an id to tell keys apart, without what all begin with. */
export function shortId(keyId: string): string {
  return keyId.replace(/^key_/, '').slice(0, 7)
}

/** What the picture shows, for whoever reads. */
export function TimelineTable({
  timeline,
  ring,
  caption,
}: {
  readonly timeline: Timeline
  readonly ring: Pick<Ring, 'keys'>
  readonly caption: string
}): JSX.Element {
  const waits = publishedKey(ring)?.signsFrom === null
  const rows = timeline.bars.map(bar => ({
    key: bar.keyId,
    cells: [
      <code key="name">{nameOf(bar)}</code>,
      stateOf(bar.state),
      <Since key="since" bar={bar} />,
      <Ends key="ends" bar={bar} waits={waits} />,
      bar.proof === null ? (
        common.none
      ) : (
        <>
          {adoptions[bar.proof.adoption]}, <Time at={bar.proof.at} />
        </>
      ),
    ],
  }))
  return (
    <Table caption={caption} columns={[texts.key, texts.state, texts.since, texts.ends, texts.proof]} rows={rows} />
  )
}

function stateOf(state: KeyState | null): JSX.Element {
  return <span class={`state ${state ?? 'ended'}`}>{state === null ? texts.ended : keyStates[state]}</span>
}

/** Since when it is in its state; of what is over, when it was made. */
function Since({ bar }: { readonly bar: Bar }): JSX.Element {
  const current = bar.spans.findLast(({ state }) => state === bar.state)
  return <Time at={(current ?? bar.spans[0]).from} />
}

function Ends({ bar, waits }: { readonly bar: Bar; readonly waits: boolean }): JSX.Element {
  const end = endOf(bar)
  if (end !== null) return <Time at={end} />
  const next = bar.spans.findLast(({ state }) => state !== bar.state)
  const isPlanned = bar.state !== null && next !== undefined && bar.spans.at(-1) === next
  if (isPlanned) {
    return (
      <>
        {keyStates[next.state]}: <Time at={next.from} />
      </>
    )
  }
  return <>{bar.state === 'published' && waits ? `${keyStates.signing}: ${texts.untilPromoted}` : texts.noEnd}</>
}
