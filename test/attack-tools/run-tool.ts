import { spawn } from 'node:child_process';

export interface ToolRun {
  readonly output: string;
  /** Null when it did not end in time, or a signal ended it. */
  readonly code: number | null;
}

/** Runs a tool in a folder of its own, at most so long. */
export function runTool(
  [program = '', ...args]: readonly string[],
  { cwd, maxMs }: { readonly cwd: string; readonly maxMs: number },
): Promise<ToolRun> {
  return new Promise((resolve, reject) => {
    // HOME: these tools keep what they have found about a target before
    const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, TERM: 'dumb' };
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, maxMs);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ output, code });
    });
  });
}
