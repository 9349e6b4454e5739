import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '../../support/wait.js';

/** A program that somebody else wrote, run as its users run it. */
export interface Program {
  /** What it has printed. */
  output(): string;
  /** Waits until it has printed this. */
  prints(pattern: RegExp): Promise<RegExpExecArray>;
  /** Types a line. */
  type(line: string): void;
  stop(): Promise<void>;
}

export function runProgram(command: string, args: readonly string[]): Program {
  const child = spawn(command, args, { stdio: 'pipe' });
  const exited = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return {
    output: () => output,
    prints: (pattern) =>
      eventually(() => pattern.exec(output), {
        what: `${command} printing ${pattern}`,
      }).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${output}`);
      }),
    type: (line) => child.stdin.write(`${line}\n`),
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
