import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../../support/browser.js';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { call } from '../../support/http.js';
import { type RunningServer, startServer } from '../../support/server.js';
import { createTenant, type TestTenant } from '../../support/tenant.js';
import { mintToken } from '../../support/tokens.js';
import { eventually } from '../../support/wait.js';
import { openSite, type Site } from './site.js';

/** Records what its client says. Its clock is ten times as fast, so that waits of seconds take tenths. */
const PAGE = `<!doctype html><title>Tab</title><script type="module">
  import { createClient } from '/wardbell.js';
  const start = Date.now();
  const runtime = {
    now: () => start + (Date.now() - start) * 10,
    random: Math.random,
    later: (run, ms) => { const timer = setTimeout(run, ms / 10); return () => clearTimeout(timer); },
  };
  const person = new URLSearchParams(location.search).get('as');
  const getToken = async () => (await fetch('/token/' + person)).text();
  const client = createClient({ url: '/ws', getToken, runtime });
  window.client = client;
  window.seqs = [];
  window.resyncs = 0;
  client.on('*', (event) => {
    if ('seq' in event) window.seqs.push(event.seq);
    else if (event.type === 'resync_required') window.resyncs += 1;
  });
  client.start();
</script>`;

interface Seen {
  readonly status: string;
  readonly code: string | undefined;
  readonly seqs: readonly number[];
  readonly resyncs: number;
  readonly faults: number;
}

declare const client: {
  readonly state: { status: string; reason?: { code: string } };
  readonly faults: Record<string, number>;
};
declare const seqs: number[];
declare const resyncs: number;

const look = (page: Page): Promise<Seen> =>
  page.evaluate(() => ({
    status: client.state.status,
    code: client.state.reason?.code,
    seqs,
    resyncs,
    faults: Object.values(client.faults).reduce((sum, count) => sum + count),
  }));

describe('tabs of one browser', () => {
  let browser: Browser;
  let database: TestDatabase;
  let server: RunningServer;
  let tenant: TestTenant;
  let other: TestTenant;
  let site: Site;
  let context: BrowserContext;

  beforeAll(async () => {
    database = await createDatabase();
    [browser, server] = await Promise.all([launchBrowser(), startServer({ database })]);
    other = await createTenant(server);
  });
  beforeEach(async () => {
    tenant = await createTenant(server);
    context = await browser.newContext();
    site = await openSite(server);
    for (const person of ['ann', 'ben', 'eve'])
      site.serve(`/token/${person}`, 'text/plain', () =>
        mintToken({ role: 'clinician', tenantId: person === 'eve' ? other.id : tenant.id, sub: person }),
      );
  });
  afterEach(async () => {
    await context.close();
    await site.close();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await database?.drop();
  });

  const open = async (person: string): Promise<Page> => {
    const page = await context.newPage();
    site.serve(`/tab?as=${person}`, 'text/html', () => PAGE);
    await page.goto(`${site.url}/tab?as=${person}`);
    await eventually(async () => (await look(page)).status === 'live');
    return page;
  };

  const write = async (count: number, { clinician }: TestTenant = tenant): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      const { status } = await call(server.url, 'POST', '/patients', {
        token: clinician.token,
        body: { first_name: 'Test', last_name: 'Patient' },
      });
      expect(status).toBe(201);
    }
  };

  const connections = async (): Promise<{ id: string; user_id: string }[]> => {
    const { body } = await call(server.url, 'GET', '/connections', { token: tenant.admin.token });
    return (body as { data: { id: string; user_id: string }[] }).data;
  };

  /** Each number from `from` to `to`, once and in order, and nothing was said to be missing. */
  const expectSeqs = (page: Page, from: number, to: number) =>
    eventually(async () => {
      const seen = await look(page);
      expect(seen).toEqual({
        status: 'live',
        code: undefined,
        seqs: Array.from({ length: to - from + 1 }, (_, index) => from + index),
        resyncs: 0,
        faults: 0,
      });
      return true;
    });

  /** Connections by person. A tab that was busy for a moment may have been replaced, and then both are connected. */
  const expectConnectionsOf = (...people: readonly string[]) =>
    eventually(async () => {
      expect((await connections()).map(({ user_id }) => user_id).sort()).toEqual(people);
      return true;
    });

  it('share one connection, and all of them hear everything', async () => {
    const tabs = [await open('ann'), await open('ann'), await open('ann')];
    await expectConnectionsOf('ann');
    await write(3);
    for (const tab of tabs) await expectSeqs(tab, 1, 3);
    await expectConnectionsOf('ann');
  });

  it('lose nothing and hear nothing twice when the leading tab is closed under a writer', async () => {
    const leader = await open('ann');
    const followers = [await open('ann'), await open('ann')];
    const writing = write(30);
    await eventually(async () => (await look(leader)).seqs.length >= 5);
    await leader.close();
    await writing;
    for (const tab of followers) await expectSeqs(tab, 1, 30);
    await expectConnectionsOf('ann');
  });

  it('survive a drop of the shared connection together', async () => {
    const tabs = [await open('ann'), await open('ann')];
    await write(2);
    site.proxy.cut();
    await write(2);
    for (const tab of tabs) await expectSeqs(tab, 1, 4);
  });

  it('replace a leading tab that hangs, and it follows when it comes to', async () => {
    const leader = await open('ann');
    const follower = await open('ann');
    let isHanging = true;
    site.serve('/hanging', 'text/plain', () => String(isHanging));
    // Synchronous requests: the page does nothing else until the test has seen that the other tab gave it up.
    const hanging = leader.evaluate(() => {
      const request = new XMLHttpRequest();
      do {
        request.open('GET', '/hanging', false);
        request.send();
      } while (request.responseText === 'true');
    });
    await expectConnectionsOf('ann', 'ann');
    await write(3);
    await expectSeqs(follower, 1, 3);
    isHanging = false;
    await hanging;
    await expectSeqs(leader, 1, 3);
    await expectConnectionsOf('ann');
  });

  it('hand over when the leading tab is about to freeze, and it follows when it goes on', async () => {
    const leader = await open('ann');
    const follower = await open('ann');
    await expectConnectionsOf('ann');
    const [before] = await connections();
    // Chromium freezes no page that a test can still see; this is what it says to one beforehand.
    await leader.evaluate(() => document.dispatchEvent(new Event('freeze')));
    await eventually(async () => {
      const now = await connections();
      return now.length === 1 && now[0]?.id !== before?.id;
    });
    await write(3);
    await expectSeqs(follower, 1, 3);
    await expectSeqs(leader, 1, 3);
    await expectConnectionsOf('ann');
  });

  it('of different people share nothing', async () => {
    const ann = await open('ann');
    const ben = await open('ben');
    const eve = await open('eve');
    await expectConnectionsOf('ann', 'ben');
    await write(2);
    await expectSeqs(ann, 1, 2);
    await expectSeqs(ben, 1, 2);
    expect((await look(eve)).seqs).toEqual([]);
  });

  it('all stop, and say why, when an administrator closes their connection', async () => {
    const tabs = [await open('ann'), await open('ann')];
    await expectConnectionsOf('ann');
    const [connection] = await connections();
    await call(server.url, 'DELETE', `/connections/${connection?.id}`, { token: tenant.admin.token });
    for (const tab of tabs)
      await eventually(async () => {
        expect(await look(tab)).toMatchObject({ status: 'stopped', code: 'closedByAdministrator' });
        return true;
      });
  });
});
