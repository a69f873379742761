/** A resource's arguments and attributes, as the AWS provider writes them. */
export type Attributes = Readonly<Record<string, unknown>>

interface PlanWithState {
  readonly prior_state: { readonly values: { readonly root_module: { readonly resources: readonly StateResource[] } } }
}

interface StateResource {
  readonly type: string
  readonly values: Attributes
}

/** Every resource of one type as AWS described it when the plan was made, and not as it was asked for. */
export function refreshedResources(plan: string, type: string): readonly Attributes[] {
  // Terraform's own plan representation.
  const { prior_state: state } = JSON.parse(plan) as PlanWithState
  return state.values.root_module.resources.filter(resource => resource.type === type).map(({ values }) => values)
}
