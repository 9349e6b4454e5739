import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const FIRST = 10_000;
const LAST = 65_535;
/**
 * From here the kernel takes ports of outgoing connections. One of those could take a port before its program listens, or
 * while a server is away that is to come back on it; and a client that tries such a port again and again may connect to
 * itself.
 */
const [firstOutgoing = FIRST, lastOutgoing = LAST] = readFileSync(
  '/proc/sys/net/ipv4/ip_local_port_range',
  'utf8',
)
  .trim()
  .split(/\s+/)
  .map(Number);
const RANGES = [
  [FIRST, Math.min(LAST, firstOutgoing - 1)],
  [Math.max(FIRST, lastOutgoing + 1), LAST],
] as const;
const [first, last] = RANGES.find(([from, to]) => to - from > 1_000) ?? [FIRST, LAST];

/** Each worker of Jest has a part of the ports, so that two of them never choose the same. */
const PARTS = 16;
const part = Number(process.env['JEST_WORKER_ID'] ?? 0) % PARTS;
const size = Math.floor((last - first + 1) / PARTS);
const taken = new Set<number>();

/** A port of the loopback interface on which nothing listens now; another one at each call. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + part * size + randomInt(size);
    if (taken.has(port)) continue;
    taken.add(port);
    if (await isFree(port)) return port;
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  });
