import { StartError } from './config/start-error.js';

/**
 * Runs a command of the command line. A `StartError` is printed as one line, without a stack, and becomes the exit code;
 * any other error is a fault of the program and is thrown.
 */
export async function runCommand(main: () => Promise<void>, failureCode = 1): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(`wardbell: ${error.message}\n`);
    process.exitCode = failureCode;
  }
}
