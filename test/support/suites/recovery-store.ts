import { beforeEach, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import type { Backlog, RecoveryStore } from '../../../src/delivery/recovery'
import type { EndpointLife } from '../../../src/rotation/ports'
import { noon } from './sample-endpoint'

export interface RunningRecoveryStore {
  readonly store: RecoveryStore
  /** Pauses the endpoint after a failed attempt, which begins a life where there is none. */
  pause(life: EndpointLife, at: Date): Promise<void>
  /** The failures in a row. */
  failures(life: EndpointLife): Promise<number>
}

const life = { tenantId: 'org_1', endpointId: 'ep_1', incarnation: 'inc_1' }
const address = { tenantId: 'org_1', endpointId: 'ep_1' }
const nextLife = { ...life, incarnation: 'inc_2' }
const at = (seconds: number): Date => addSeconds(noon, seconds)
const backlogFrom = (seconds: number): Backlog => ({ after: at(seconds).toISOString(), until: at(100) })

/** What every recovery store does. `start` gives an empty one. */
export function recoveryStoreSuite(start: () => Promise<RunningRecoveryStore>): void {
  let running: RunningRecoveryStore
  let store: RecoveryStore
  beforeEach(async () => {
    running = await start()
    store = running.store
  })

  const due = async (now: Date): Promise<readonly unknown[]> => {
    const pages = []
    for await (const page of store.due(now, 10)) pages.push(...page)
    return pages
  }

  it('has nothing of an endpoint that nothing was delivered to', async () => {
    expect(await store.load(life)).toBeNull()
    expect(await due(at(9999))).toEqual([])
  })

  it('begins a backlog, also where nothing is stored, and has it due', async () => {
    await store.begin(life, backlogFrom(0), at(60))
    const state = { incarnation: 'inc_1', pausedAt: null, dueAt: at(60), backlog: backlogFrom(0) }
    expect(await store.load(life)).toEqual(state)
    expect([await due(at(59)), await due(at(60))]).toEqual([[], [address]])
  })

  it('begins none of another life', async () => {
    await store.begin(life, backlogFrom(0), at(60))
    await store.begin(nextLife, backlogFrom(0), at(0))
    expect(await store.load(life)).toMatchObject({ incarnation: 'inc_1', dueAt: at(60) })
  })

  it('goes on with a backlog that is under way from the earlier place, up to the later end', async () => {
    await store.begin(life, backlogFrom(10), at(60))
    await store.begin(life, { after: at(20).toISOString(), until: at(200) }, at(70))
    expect((await store.load(life))?.backlog).toEqual({ after: at(10).toISOString(), until: at(200) })
    await store.begin(life, { after: at(5).toISOString(), until: at(300) }, at(80))
    expect((await store.load(life))?.backlog).toEqual({ after: at(5).toISOString(), until: at(300) })
  })

  it('moves a backlog on and ends it, unless it was begun anew', async () => {
    await store.begin(life, backlogFrom(0), at(60))
    const after = `${at(1).toISOString()}#att_1`
    await store.move(life, backlogFrom(0), { after, dueAt: at(90) })
    const moved = { after, until: at(100) }
    expect(await store.load(life)).toMatchObject({ backlog: moved, dueAt: at(90) })
    await store.move(life, backlogFrom(0), null)
    await store.move(nextLife, moved, null)
    await store.move(life, { ...moved, until: at(99) }, null)
    expect(await store.load(life)).toMatchObject({ backlog: moved })
    await store.move(life, moved, null)
    expect(await store.load(life)).toMatchObject({ backlog: null, dueAt: null })
    expect(await due(at(9999))).toEqual([])
  })

  it('keeps a backlog, and the time of the next test, while Keyturn has paused the endpoint', async () => {
    await running.pause(life, noon)
    await store.begin(life, backlogFrom(0), at(60))
    await store.move(life, backlogFrom(0), null)
    expect(await store.load(life)).toMatchObject({ pausedAt: noon, backlog: backlogFrom(0), dueAt: at(60) })
  })

  it('has a paused endpoint due an hour later, and puts it off from there alone', async () => {
    await running.pause(life, noon)
    expect(await store.load(life)).toEqual({ incarnation: 'inc_1', pausedAt: noon, dueAt: at(3600), backlog: null })
    expect([await due(at(3599)), await due(at(3600))]).toEqual([[], [address]])
    await store.postpone(life, { from: at(1), to: at(2) })
    await store.postpone(nextLife, { from: at(3600), to: at(2) })
    expect(await store.load(life)).toMatchObject({ dueAt: at(3600) })
    await store.postpone(life, { from: at(3600), to: at(7200) })
    expect(await store.load(life)).toMatchObject({ dueAt: at(7200) })
    await store.postpone(life, { from: at(7200), to: null })
    expect(await store.load(life)).toMatchObject({ dueAt: null })
    await store.postpone(life, { from: null, to: at(5) })
    expect(await store.load(life)).toMatchObject({ dueAt: at(5) })
  })

  it('resumes the pause that was looked at, and begins the backlog', async () => {
    await running.pause(life, noon)
    const resume = { pausedAt: noon, backlog: backlogFrom(0), dueAt: at(50) }
    expect(await store.resume(life, { ...resume, pausedAt: at(1) })).toBe('conflict')
    expect(await store.resume(nextLife, resume)).toBe('conflict')
    expect(await running.failures(life)).toBe(1)
    expect(await store.resume(life, resume)).toBe('stored')
    expect(await running.failures(life)).toBe(0)
    const state = { incarnation: 'inc_1', pausedAt: null, dueAt: at(50), backlog: backlogFrom(0) }
    expect(await store.load(life)).toEqual(state)
    expect(await store.resume(life, resume)).toBe('conflict')
  })

  it('goes on after a resume with the backlog that the pause had interrupted', async () => {
    await store.begin(life, backlogFrom(-50), at(60))
    await running.pause(life, noon)
    await store.resume(life, { pausedAt: noon, backlog: backlogFrom(0), dueAt: at(50) })
    expect((await store.load(life))?.backlog).toEqual(backlogFrom(-50))
  })
}
