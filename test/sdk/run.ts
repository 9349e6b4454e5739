import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Runs a program that must succeed; answers what it wrote to standard output. */
export async function run(cwd: string, command: string, ...args: readonly string[]): Promise<string> {
  try {
    return (await exec(command, args, { cwd, maxBuffer: MAX_OUTPUT_BYTES })).stdout;
  } catch (error) {
    const { stdout, stderr }: Partial<Record<string, unknown>> = Object(error);
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout ?? error}\n${stderr ?? ''}`);
  }
}
