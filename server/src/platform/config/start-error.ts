/**
 * Start-up failed and will fail again until an operator changes something. `message` is one line for the operator: the
 * fault and the remedy, without values that could be secret. The entry point prints it without a stack and exits with
 * 1.
 */
export class StartError extends Error {
  override readonly name: string = 'StartError';
}

/** An environment variable is missing or invalid. The message contains its name, never its value. */
export class ConfigError extends StartError {
  override readonly name = 'ConfigError';
}
