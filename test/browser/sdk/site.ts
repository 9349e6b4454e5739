import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { bundle } from '../../../client/bundle.mjs';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.js';
import type { RunningServer } from '../../support/server.js';

/** An integrator's site: pages of its own, the SDK as one file, and Wardbell behind the same origin. */
export interface Site {
  readonly context: BrowserContext;
  readonly proxy: FaultProxy;
  /** Address of one of its pages. */
  page(name: string): string;
  /** Adds what is answered under this path. */
  serve(path: string, contentType: string, body: () => string | Promise<string>): Promise<void>;
  close(): Promise<void>;
}

let sdk: string | undefined;

/** The SDK as pages without a bundler load it. */
const bundledSdk = async (): Promise<string> => {
  if (sdk === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'wardbell-sdk-'));
    await bundle(join(folder, 'wardbell.js'));
    sdk = readFileSync(join(folder, 'wardbell.js'), 'utf8');
    rmSync(folder, { recursive: true });
  }
  return sdk;
};

export const openSite = async (browser: Browser, server: RunningServer): Promise<Site> => {
  const [context, proxy, code] = await Promise.all([
    browser.newContext(),
    startFaultProxy(server.port),
    bundledSdk(),
  ]);
  const origin = proxy.through(server.url).replace(/\/$/, '');
  const serve: Site['serve'] = (path, contentType, body) =>
    context.route(`${origin}${path}`, async (route) => route.fulfill({ contentType, body: await body() }));
  await serve('/wardbell.js', 'text/javascript', () => code);
  return {
    context,
    proxy,
    page: (name) => `${origin}/${name}`,
    serve,
    close: async () => {
      await context.close();
      await proxy.close();
    },
  };
};
