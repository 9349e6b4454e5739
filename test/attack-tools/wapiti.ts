import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Finding } from './judge.js';
import { runTool } from './run-tool.js';

/** All that need no other machine: `ssrf` and `xxe` wait for calls at a server of wapiti's, `wapp` and `nikto` load lists. */
const MODULES =
  'backup,blindsql,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,sql,xss';
const MAX_MS = 8 * 60_000;

const Entries = z.record(
  z.string(),
  z.array(
    z.looseObject({
      method: z.string(),
      path: z.string(),
      info: z.string(),
      parameter: z.string().nullish(),
    }),
  ),
);
const Report = z.looseObject({
  vulnerabilities: Entries,
  anomalies: Entries,
  infos: z.looseObject({ crawled_pages_nbr: z.number().optional() }).optional(),
});

/** Crawls and attacks a site as somebody signed in, from these paths on. */
export async function attackWithWapiti(
  url: string,
  token: string,
  paths: readonly string[],
  cwd: string,
): Promise<readonly Finding[]> {
  const report = join(cwd, 'wapiti.json');
  const { code, output } = await runTool(
    [
      'wapiti',
      ...['-u', `${url}/`, '--scope', 'domain', '-m', MODULES, '-H', `Authorization: Bearer ${token}`],
      ...paths.flatMap((path) => ['-s', url + path]),
      ...[
        '--max-scan-time',
        '360',
        '--max-attack-time',
        '90',
        '-t',
        '10',
        '--flush-session',
        '--no-bugreport',
      ],
      ...['--store-session', cwd, '-f', 'json', '-o', report, '-v', '1', '--color'],
    ],
    { cwd, maxMs: MAX_MS },
  );
  if (code !== 0) throw new Error(`wapiti ended with ${code}:\n${output.slice(-3_000)}`);
  const { vulnerabilities, anomalies } = Report.parse(JSON.parse(readFileSync(report, 'utf8')));
  return [vulnerabilities, anomalies].flatMap((groups) =>
    Object.entries(groups).flatMap(([category, entries]) =>
      entries.map(({ method, path, parameter, info }) => ({
        name: category === 'HTTP Secure Headers' ? `wapiti ${info}` : `wapiti ${category}`,
        text: `${method} ${path} ${parameter ?? ''}: ${info}`,
      })),
    ),
  );
}
