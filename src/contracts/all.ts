import type { Contract } from './contract'
import { featurebase } from './featurebase'
import { githubOrganization, githubRepository } from './github'
import { gitlabGroup, gitlabProject } from './gitlab'
import { keyturn } from './keyturn'
import { storno } from './storno'
import { teambattles } from './teambattles'
import { thesignup } from './thesignup'
import { tumban } from './tumban'

/** Every contract that a deployment can mount. A new vendor is one file and one line here. */
export const allContracts: readonly Contract[] = [tumban, thesignup, storno, featurebase, teambattles, keyturn]

/** Contracts that come for the rotation hook alone: vendors whose receivers choose the secret. No deployment mounts them. */
export const hookContracts: readonly Contract[] = [githubRepository, githubOrganization, gitlabProject, gitlabGroup]
