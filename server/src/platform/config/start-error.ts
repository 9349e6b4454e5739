/**
 * A start that cannot succeed until a person changes something. `message` is one line for that person: what
 * is wrong and what to do, without values that could be secret. Whoever starts the server prints it and
 * exits with 1, without a stack.
 */
export class StartError extends Error {
  override readonly name: string = 'StartError';
}

/** A variable of the environment is missing or wrong; the message names it, never its value. */
export class ConfigError extends StartError {
  override readonly name = 'ConfigError';
}
