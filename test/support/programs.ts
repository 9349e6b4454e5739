import { describe } from '@jest/globals';
import { hasProgram, type Program } from './program.js';

/** A `describe` that is skipped, and counted as skipped, on a machine without the program. */
export function describeWith(program: Program, name: string, tests: () => void): void {
  const suite = hasProgram(program) ? describe : describe.skip;
  suite(name, tests);
}
