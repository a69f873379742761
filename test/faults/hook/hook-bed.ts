import type { Closers } from '../../../local/closers'
import { startLocalRun } from '../../support/local-run'
import { type ConsumerBed, startConsumerBed } from './consumer-bed'
import { vendorSide, type VendorSide } from './vendor-side'

export interface HookBed {
  /** The local control plane, as the vendor of every contract. */
  readonly vendors: VendorSide
  /** The consumer's account, whose Secrets Manager runs the hook's bundle. */
  readonly stage: ConsumerBed
}

export async function startHookBed(closers: Closers): Promise<HookBed> {
  const run = await startLocalRun()
  closers.add(() => run.stop())
  const vendors = vendorSide(run)
  closers.add(() => vendors.close())
  const stage = await startConsumerBed(run.local.api)
  closers.add(() => stage.close())
  return { vendors, stage }
}
