import { afterAll, beforeAll } from '@jest/globals';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { launchBrowser } from '../../support/browser.js';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { type RunningServer, startServer } from '../../support/server.js';
import type { TestUser } from '../../support/tenant.js';
import { ConsolePage } from './console-page.js';

/*
 * A browser, and a server with a database of its own, for the tests of the file that imports this: started before
 * them, gone after them. Each test file has its own copy of this module.
 */
export let browser: Browser;
export let database: TestDatabase;
export let server: RunningServer;

/** Webhooks may go to a receiver of the test, and events of a broker come to the clinic that they name. */
const ENV = {
  WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
  DAPR_SUBSCRIPTIONS: JSON.stringify([
    { pubsubname: 'lab', topic: 'results', tenant: '/data/tenant_id', type: '/data/kind' },
  ]),
};

beforeAll(async () => {
  database = await createDatabase();
  [browser, server] = await Promise.all([launchBrowser(), startServer({ database, env: ENV })]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await database?.drop();
});

/** A person who has signed in, in a browser profile of their own. */
export const signedIn = async (
  who: Pick<TestUser, 'email' | 'password'>,
  options: BrowserContextOptions = {},
): Promise<ConsolePage> => (await ConsolePage.open(browser, server, options)).signIn(who);
