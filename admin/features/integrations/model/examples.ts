import type { Scope } from '@wardbell/contract';

/** A command line for a POSIX shell that uses one scope of a key. */
export interface Example {
  readonly scope: Scope;
  readonly line: string;
}

const JSON_BODY = `-H 'Content-Type: application/json'`;

type Write = (api: string, authorization: string) => string;

/** Scopes without an entry need a body that depends on the data of the clinic. */
const LINES: readonly (readonly [Scope, Write])[] = [
  [
    'events:write',
    (api, authorization) =>
      `curl --fail-with-body -sS '${api}/events' \\
  -H ${authorization} \\
  ${JSON_BODY} \\
  -d '{"type": "hello", "data": {"from": "curl"}}'`,
  ],
  [
    'stream:read',
    (api, authorization) =>
      `curl --fail-with-body -sSN '${api}/stream' \\
  -H ${authorization} \\
  -H 'Accept: text/event-stream'`,
  ],
  [
    'gateways:write',
    (api, authorization) =>
      `curl --fail-with-body -sS -X PUT '${api}/gateways/example' \\
  -H ${authorization} \\
  ${JSON_BODY} \\
  -d '{"gateway_type": "interface_engine", "status": "HEALTHY"}'`,
  ],
  ['patients:read', (api, authorization) => readLine(`${api}/patients?limit=1`, authorization)],
  ['appointments:read', (api, authorization) => readLine(`${api}/appointments?limit=1`, authorization)],
];

const readLine: Write = (url, authorization) =>
  `curl --fail-with-body -sS '${url}' \\
  -H ${authorization}`;

/** Reads the key from the shell's variable `KEY`. */
export const KEY_VARIABLE = '"Authorization: Bearer $KEY"';

/** Passes the key itself; its characters need no escaping. */
export const withKey = (key: string): string => `'Authorization: Bearer ${key}'`;

/**
 * One line for each scope that has one.
 * @param origin address of this installation, without a path
 * @param authorization the header as a word of the shell: `KEY_VARIABLE` or `withKey`
 */
export const examplesFor = (
  scopes: readonly Scope[],
  origin: string,
  authorization: string,
): readonly Example[] =>
  LINES.flatMap(([scope, write]) =>
    scopes.includes(scope) ? [{ scope, line: write(`${origin}/api/v1`, authorization) }] : [],
  );
