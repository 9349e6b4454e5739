import type { Finding } from './judge.js';
import { runTool } from './run-tool.js';

const MAX_MS = 6 * 60_000;

/** A request whose `*` are what sqlmap puts its payloads at. */
export interface Injectable {
  readonly path: string;
  readonly body?: string;
}

/** Tries every technique for PostgreSQL at the marked places of a request. */
export async function attackWithSqlmap(
  url: string,
  token: string,
  { path, body }: Injectable,
  cwd: string,
): Promise<readonly Finding[]> {
  const headers = [
    `Authorization: Bearer ${token}`,
    ...(body === undefined ? [] : ['Content-Type: application/json']),
  ];
  const { code, output } = await runTool(
    [
      'sqlmap',
      ...['-u', `${url}${path}`, '--headers', headers.join('\n'), '--batch', '--disable-coloring'],
      ...['--dbms', 'PostgreSQL', '--level', '5', '--risk', '3', '--technique', 'BEUSTQ', '--time-sec', '3'],
      ...['--threads', '4', '--output-dir', cwd, '--flush-session', '--timeout', '20', '--ignore-code', '*'],
      ...(body === undefined ? [] : ['--data', body]),
    ],
    { cwd, maxMs: MAX_MS },
  );
  if (code === null) throw new Error(`sqlmap did not end in time:\n${output.slice(-1_000)}`);
  if (/identified the following injection point|is vulnerable/.test(output))
    return [{ name: 'sqlmap injection', text: `${path}: ${output.slice(-1_500)}` }];
  // what it says at the end when it has tried everything
  if (!/do not appear to be injectable/.test(output))
    throw new Error(`sqlmap has tried nothing:\n${output.slice(-2_000)}`);
  return [];
}
