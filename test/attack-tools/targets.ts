import { once } from 'node:events';
import { createServer, request as forward, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { findBinaries } from '../../server/src/database/embedded/binaries.js';
import { PostgresCluster } from '../support/postgres-cluster.js';

export interface Target {
  readonly url: string;
  stop(): Promise<void>;
}

/** A program that puts a parameter into its SQL: what finds nothing here finds nothing anywhere. */
export async function startInjectable(): Promise<Target> {
  const cluster = await PostgresCluster.start(await findBinaries());
  const pool = new pg.Pool({ connectionString: cluster.url('postgres') });
  const target = await listen((request, response) => {
    const name = new URL(request.url ?? '/', 'http://localhost').searchParams.get('name') ?? '';
    pool.query(`SELECT datname FROM pg_database WHERE datname = '${name}'`).then(
      ({ rows }) => response.end(JSON.stringify(rows)),
      () => response.writeHead(500).end(),
    );
  });
  return {
    url: target.url,
    stop: async () => {
      await target.stop();
      await pool.end();
      await cluster.remove();
    },
  };
}

export interface Proxy extends Target {
  /** The statuses of the answers since the last call, and how many there were of each. */
  takeStatuses(): Readonly<Record<number, number>>;
}

/** A proxy that gives each request to the server another client address, so that no network reaches its limit. */
export async function startSpreadingProxy(port: number): Promise<Proxy> {
  let clients = 0;
  let statuses: Record<number, number> = {};
  const target = await listen((request, response) => {
    clients += 1;
    const address = `10.${(clients >> 16) & 255}.${(clients >> 8) & 255}.${clients & 255}`;
    const { method, url: path, headers } = request;
    const onward = forward(
      { host: '127.0.0.1', port, method, path, headers: { ...headers, 'x-forwarded-for': address } },
      (answer) => {
        const { statusCode = 502 } = answer;
        statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
        response.writeHead(statusCode, answer.headers);
        answer.pipe(response);
      },
    );
    onward.once('error', () => response.destroy());
    request.pipe(onward);
  });
  return {
    ...target,
    takeStatuses: () => {
      const taken = statuses;
      statuses = {};
      return taken;
    },
  };
}

async function listen(handler: RequestListener): Promise<Target> {
  const server = createServer(handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
