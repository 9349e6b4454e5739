import { afterAll, beforeAll } from '@jest/globals';
import { createDatabase, type DatabaseOptions, type TestDatabase } from './database.js';
import { type FaultProxy, startFaultProxy } from './fault-proxy.js';
import { type RunningServer, type ServerOptions, startServer } from './server.js';
import { closeSockets } from './socket.js';

/*
 * What the tests of a file, or of a `describe`, work with: started before them and gone after them. These variables
 * hold what the innermost `use…` in effect has started. Each test file has a copy of this module of its own.
 */
export let database: TestDatabase;
/** The first of `instances`. */
export let server: RunningServer;
/** Servers of one installation. */
export let instances: readonly RunningServer[] = [];
/** Between the servers and the database, where the fixture was asked for it. */
export let databaseProxy: FaultProxy;

type Env = NonNullable<ServerOptions['env']>;

export interface ServerFixture {
  readonly env?: Env | undefined;
  /** How many servers; one unless said. */
  readonly instances?: number;
  /** Puts `databaseProxy` before the database. */
  readonly isDatabaseProxied?: boolean;
}

/** Started by `startAnother`, to be ended with the rest. */
let others: RunningServer[] = [];
/** What new servers of the fixture in effect are started with. */
let settings: Required<Pick<ServerOptions, 'database' | 'env'>>;

/** A database of their own for the tests of this file or `describe`. */
export function useDatabase(options: DatabaseOptions = {}): void {
  let outer: TestDatabase;
  beforeAll(async () => {
    outer = database;
    database = await createDatabase(options);
  });
  afterAll(async () => {
    await database?.drop();
    database = outer;
  });
}

/** A database and servers of their own for the tests of this file or `describe`. */
export function useServer({
  env = {},
  instances: count = 1,
  isDatabaseProxied = false,
}: ServerFixture = {}): void {
  useDatabase();
  let outer: { instances: typeof instances; others: typeof others; settings: typeof settings };
  beforeAll(async () => {
    outer = { instances, others, settings };
    if (isDatabaseProxied) databaseProxy = await startFaultProxy(Number(new URL(database.ownerUrl).port));
    const { ownerUrl } = database;
    settings = {
      database: { ownerUrl: isDatabaseProxied ? databaseProxy.through(ownerUrl) : ownerUrl },
      env: { MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '1000000', ...env },
    };
    others = [];
    instances = [];
    setInstances(await Promise.all(Array.from({ length: count }, () => startServer(settings))));
  });
  afterAll(async () => {
    closeSockets();
    // How a server ends is tested where it matters; here nothing waits for it.
    await Promise.all([...instances, ...others].map((each) => each.kill('SIGKILL')));
    if (isDatabaseProxied) await databaseProxy?.close();
    ({ others, settings } = outer);
    setInstances(outer.instances);
  });
}

/** A further instance on the same database, which ends with the rest unless the test ends it. */
export async function startAnother(env: Env = {}): Promise<RunningServer> {
  const another = await startServer({ ...settings, env: { ...settings.env, ...env } });
  others.push(another);
  return another;
}

/** An instance in the place of one that the test has ended; `PORT` in `env` gives it the same address. */
export async function replaceServer(gone: RunningServer = server, env: Env = {}): Promise<RunningServer> {
  const next = await startServer({ ...settings, env: { ...settings.env, ...env } });
  setInstances(instances.map((each) => (each === gone ? next : each)));
  return next;
}

function setInstances(next: readonly RunningServer[]): void {
  instances = next;
  const [first] = next;
  if (first !== undefined) server = first;
}
