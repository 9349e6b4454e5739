import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as ask, createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.js';
import type { RunningServer } from '../../support/server.js';

/** An integrator's site: pages of its own, the SDK as one file, and Wardbell behind the same origin. */
export interface Site {
  readonly url: string;
  /** Between the site and Wardbell. */
  readonly proxy: FaultProxy;
  /** Answers this path itself. */
  serve(path: string, contentType: string, body: () => string | Promise<string>): void;
  close(): Promise<void>;
}

let sdk: string | undefined;

/** The SDK as pages without a bundler load it. In a process of its own: esbuild would keep Jest from ending. */
const bundledSdk = async (): Promise<string> => {
  if (sdk === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'wardbell-sdk-'));
    const file = join(folder, 'wardbell.js');
    await promisify(execFile)(process.execPath, ['client/bundle.mjs', file]);
    sdk = readFileSync(file, 'utf8');
    rmSync(folder, { recursive: true });
  }
  return sdk;
};

/** A page of React's, as a bundler makes it: renders what `code` says into `root`. */
export const bundledPage = async (code: string): Promise<string> => {
  const running = promisify(execFile)(
    'node_modules/.bin/esbuild',
    [
      '--bundle',
      '--format=esm',
      '--jsx=automatic',
      '--loader=tsx',
      '--log-level=error',
      '--define:process.env.NODE_ENV="production"',
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  running.child.stdin?.end(code);
  return (await running).stdout;
};

export const openSite = async (wardbell: Pick<RunningServer, 'port'>): Promise<Site> => {
  const [proxy, code] = await Promise.all([startFaultProxy(wardbell.port), bundledSdk()]);
  const own = new Map<
    string,
    { readonly contentType: string; readonly body: () => string | Promise<string> }
  >();
  const server = createServer(async (request, response) => {
    const page = own.get(request.url ?? '');
    if (page) {
      response.setHeader('content-type', page.contentType).end(await page.body());
      return;
    }
    const { method, url, headers } = request;
    // One connection for each request, so that faults hit them as they hit sockets.
    const upstream = ask({ port: proxy.port, host: '127.0.0.1', method, path: url, headers, agent: false });
    upstream.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  });
  server.on('upgrade', (request, browser, head) => {
    const upstream = connect({ port: proxy.port, host: '127.0.0.1' });
    const headers = request.rawHeaders.reduce(
      (text, part, index) => text + part + (index % 2 === 0 ? ': ' : '\r\n'),
      `${request.method} ${request.url} HTTP/1.1\r\n`,
    );
    upstream.write(`${headers}\r\n`);
    upstream.write(head);
    browser.pipe(upstream).pipe(browser);
    for (const [one, other] of [
      [browser, upstream],
      [upstream, browser],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The site has no port');
  const site: Site = {
    url: `http://127.0.0.1:${address.port}`,
    proxy,
    serve: (path, contentType, body) => void own.set(path, { contentType, body }),
    close: async () => {
      await proxy.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  site.serve('/wardbell.js', 'text/javascript', () => code);
  return site;
};
