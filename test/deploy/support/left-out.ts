/**
 * Types of resources that the emulator answers 404 to, and that are therefore not deployed to it. All of them are asserted
 * on what `infra` writes; a real account gets them.
 */
export const leftOut: readonly string[] = ['aws_lambda_function_recursion_config']

/** What `infra` wrote of a stack, in the stack's folder. Not `.tf.json`, which Terraform would read. */
export const untouchedStack = 'untouched.json'
