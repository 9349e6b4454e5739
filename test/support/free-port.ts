import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const FIRST = 10_000;
const LAST = 65_535;
/** From here the kernel takes ports of outgoing connections, which could take a port before its program listens. */
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

/** A port of the loopback interface on which nothing listens now, for programs that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(first, last + 1);
    if (await isFree(port)) return port;
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  });
