// What the emulator does not know, and what is therefore not deployed to it. All of it is asserted on what `infra` writes;
// a real account gets it.

/** Types of resources that it answers 404 to. */
const leftOutTypes: readonly string[] = ['aws_lambda_function_recursion_config']

/**
 * Arguments of resources. It takes route settings once and cannot change them: it has no UpdateStage, and routes come and go.
 * What it encrypts with a multi-Region key it cannot decrypt: its ciphertexts hold 36 of the 40 characters of such a key's id.
 */
const leftOutArguments: Readonly<Record<string, readonly string[]>> = {
  aws_apigatewayv2_stage: ['route_settings'],
  aws_kms_key: ['multi_region'],
}

/** What `infra` wrote of a stack, in the stack's folder. Not `.tf.json`, which Terraform would read. */
export const untouchedStack = 'untouched.json'

type Resources = Readonly<Record<string, Readonly<Record<string, object>>>>

/** Resources by type and name, without all of that. */
export function withoutLeftOut(resources: Resources): Resources {
  const kept = Object.entries(resources).filter(([type]) => !leftOutTypes.includes(type))
  return Object.fromEntries(kept.map(([type, named]) => [type, withoutArguments(named, leftOutArguments[type] ?? [])]))
}

function withoutArguments(named: Resources[string], names: readonly string[]): Resources[string] {
  const without = (given: object): object =>
    Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name)))
  return Object.fromEntries(Object.entries(named).map(([name, given]) => [name, without(given)]))
}
