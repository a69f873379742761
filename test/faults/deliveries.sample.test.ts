import { attempt } from './subjects/deliveries/scenarios'
import { describeKills } from './subjects/deliveries/suite'

// The built function in real processes that are killed at every step of an attempt. `npm run test:faults` kills those of
// a fan-out, of an attempt that fails and of its retry as well.

describeKills([attempt])
