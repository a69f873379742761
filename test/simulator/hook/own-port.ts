import type { RotatedSecret } from '../../../src/rotation-hook/ports'
import { holderOf } from '../../support/memory/memory-rotated-secret'
import { callPort } from '../network'
import type { Caller } from '../world'
import type { HookBed } from './bed'
import { checkCurrent } from './check-consumers'
import { checkStoredDocument } from './check-document'
import type { Disorder } from './record'

/** When a client gives a call up. */
const clientMilliseconds = 5000

/** The consumer's secret as one run of the hook sees it: through the scheduler. */
export function ownPort(stage: HookBed, caller: Caller): RotatedSecret {
  const { world, own } = stage
  const call = <Reply>(name: string, input: readonly unknown[], effect: () => Promise<Reply>): Promise<Reply> =>
    callPort(world, caller, { name: `own.${name}`, input, effect, signal: null })
  const change = <Reply>(
    name: string,
    input: readonly unknown[],
    { effect, late }: { readonly effect: () => Promise<Reply>; readonly late?: Disorder },
  ): Promise<Reply> => {
    const issuedAt = world.clock
    return call(name, input, () => {
      const isLate = caller.state !== 'running' || world.clock >= issuedAt + clientMilliseconds
      if (isLate && late !== undefined) stage.record.disorder.add(late)
      const reply = effect()
      checkCurrent(stage)
      return reply
    })
  }
  return {
    describe: id => call('describe', [], () => own.describe(id)),
    read: (id, versionId) => call('read', [versionId], () => own.read(id, versionId)),
    putPending: (id, versionId, document) =>
      change('putPending', [versionId], {
        effect: () => {
          checkStoredDocument(stage, versionId, document)
          if (holderOf(own, 'AWSPENDING') !== versionId) stage.record.disorder.add('put-out-of-turn')
          stage.record.latest = stage.record.asked
          return own.putPending(id, versionId, document)
        },
        late: 'late-put',
      }),
    moveCurrent: (id, move) => change('moveCurrent', [move], { effect: () => own.moveCurrent(id, move) }),
    tag: (id, name, value) =>
      change('tag', [name, value], { effect: () => own.tag(id, name, value), late: 'late-tag' }),
    untag: (id, name) => change('untag', [name], { effect: () => own.untag(id, name), late: 'late-tag' }),
  }
}
