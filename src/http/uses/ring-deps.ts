import type { HealthStore } from '../../delivery/health-store'
import type { RotationDeps } from '../../rotation/deps'

/** All that the function `rotate` reaches outside for. */
export type RingDeps = RotationDeps & { readonly health: Pick<HealthStore, 'loadAny'> }
