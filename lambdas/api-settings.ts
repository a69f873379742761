import { version } from '../package.json'
import type { ApiSettings } from '../src/http/call'
import type { Mount } from '../src/http/mount'
import type { HttpEnvironment } from './environment'

export function apiSettings(environment: HttpEnvironment, mounts: readonly Mount[]): ApiSettings {
  return {
    contracts: mounts.map(mount => mount.contract),
    stage: environment.STAGE,
    mirror: environment.MIRROR,
    mirrorReaders: environment.MIRROR_READERS?.split(','),
    insecureTargets: environment.INSECURE_TARGETS === 'on',
    release: version,
  }
}
