/** The functions of a deployment. Each has a bundle, a role and a log group of its own. */
export const functionNames = ['rotate', 'endpoints', 'deliver', 'sweep'] as const
export type FunctionName = (typeof functionNames)[number]
