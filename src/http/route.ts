import type { Contract, Operation } from '../contracts/contract'
import { deliverUses, ringUses, type Use } from '../contracts/dimensions'
import type { Mount } from './mount'
import { parseTemplate, type Segment } from './path-template'

/** One operation of one mounted contract. */
export interface Route {
  readonly contract: Contract
  readonly operation: Operation
  /** The whole path, base path included. */
  readonly template: string
  readonly segments: readonly Segment[]
}

/** All routes of a deployment, those that match the most precisely first. */
export function routesOf(mounts: readonly Mount[]): readonly Route[] {
  return mounts
    .flatMap(({ contract, basePath }) =>
      contract.operations.map(operation => {
        const template = basePath + operation.path
        return { contract, operation, template, segments: parseTemplate(template) }
      }),
    )
    .map(route => ({ route, precision: precision(route) }))
    .sort((a, b) => (a.precision < b.precision ? -1 : 1))
    .map(({ route }) => route)
}

/** Sorts literals before verbs before bare parameters, the first segment counting most. */
function precision({ segments }: Route): string {
  return segments.map(segment => (segment.kind === 'literal' ? 'a' : segment.verb === null ? 'c' : 'b')).join('')
}

export type ServingFunction = 'rotate' | 'endpoints' | 'deliver'

/** The function that serves a use: only `rotate` may seal secrets, only `rotate` and `deliver` may open them. */
export function functionOf(use: Use): ServingFunction {
  if (deliverUses.some(deliverUse => deliverUse === use)) return 'deliver'
  return ringUses.some(ringUse => ringUse === use) ? 'rotate' : 'endpoints'
}

/** `POST /v1/endpoints (keyturn)`: how a route is named to whoever mounts it. */
export function describeRoute({ contract, operation, template }: Route): string {
  return `${operation.method} ${template} (${contract.name})`
}
