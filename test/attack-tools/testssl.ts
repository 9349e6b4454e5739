import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Finding } from './judge.js';
import { runTool } from './run-tool.js';

/** It opens some thousand connections: three minutes on a quiet machine. */
const MAX_MS = 20 * 60_000;
const Report = z.array(z.object({ id: z.string(), severity: z.string(), finding: z.string() }));
/** Of these, everything is a finding; INFO and OK are none, and WARN says that a check was not possible. */
const SEVERITIES = new Set(['LOW', 'MEDIUM', 'HIGH', 'CRITICAL', 'FATAL']);

/** Checks protocols, ciphers, the certificate, headers and known holes of TLS. */
export async function attackWithTestssl(
  url: string,
  cwd: string,
): Promise<{ readonly findings: readonly Finding[]; readonly rating: string; readonly checks: number }> {
  const report = join(cwd, 'testssl.json');
  const { output, code } = await runTool(
    ['testssl', '--quiet', '--color', '0', '--warnings', 'off', '--nodns', 'none', '--jsonfile', report, url],
    { cwd, maxMs: MAX_MS },
  );
  if (code === null) throw new Error(`testssl did not end in time:\n${output.slice(-500)}`);
  const checks = Report.parse(JSON.parse(readFileSync(report, 'utf8')));
  if (checks.length < 50) throw new Error(`testssl has checked nothing:\n${output.slice(-2_000)}`);
  return {
    findings: checks
      .filter(({ severity }) => SEVERITIES.has(severity))
      .map(({ id, severity, finding }) => ({
        name: `testssl ${id.replace(/ .*/, '')}`,
        text: `${severity}: ${finding}`,
      })),
    rating: checks.find(({ id }) => id === 'overall_grade')?.finding ?? '?',
    checks: checks.length,
  };
}
