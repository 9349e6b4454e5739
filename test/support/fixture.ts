import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
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

/** What servers on the database in effect are started with. */
let settings: Required<Pick<ServerOptions, 'database' | 'env'>>;
/** Started by `startAnother` on the database in effect. */
let others: RunningServer[] = [];

/** All clients of a test come from one address. */
const UNLIMITED = { MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '1000000' };

export interface DatabaseFixture extends DatabaseOptions {
  /** Another one for each test. */
  readonly isForEachTest?: boolean;
}

/** A database of their own for the tests of this file or `describe`, and for the servers that they start. */
export function useDatabase({ isForEachTest = false, ...options }: DatabaseFixture = {}): void {
  const [before, after] = isForEachTest ? [beforeEach, afterEach] : [beforeAll, afterAll];
  let outer: { database: TestDatabase; settings: typeof settings; others: typeof others };
  before(async () => {
    outer = { database, settings, others };
    database = await createDatabase(options);
    settings = { database, env: UNLIMITED };
    others = [];
  });
  after(async () => {
    await end(others);
    await database.drop();
    ({ database, settings, others } = outer);
  });
}

export interface ServerFixture {
  /** A function is called when the servers start, for what is known only then. */
  readonly env?: Env | (() => Env | Promise<Env>);
  /** How many servers; one unless said. */
  readonly instances?: number;
  /** Puts `databaseProxy` before the database. */
  readonly isDatabaseProxied?: boolean;
}

/** A database and servers of their own for the tests of this file or `describe`. */
export function useServer({
  env = {},
  instances: count = 1,
  isDatabaseProxied = false,
}: ServerFixture = {}): void {
  let outer: typeof instances;
  // Hooks of one kind run in the order in which they are registered: servers end before their database.
  afterAll(async () => {
    await end(instances);
    if (isDatabaseProxied) await databaseProxy.close();
    setInstances(outer);
  });
  useDatabase();
  beforeAll(async () => {
    outer = instances;
    instances = [];
    let { ownerUrl } = database;
    if (isDatabaseProxied) {
      databaseProxy = await startFaultProxy(Number(new URL(ownerUrl).port));
      ownerUrl = databaseProxy.through(ownerUrl);
    }
    const own = typeof env === 'function' ? await env() : env;
    settings = { database: { ownerUrl }, env: { ...UNLIMITED, ...own } };
    setInstances(await Promise.all(Array.from({ length: count }, () => startServer(settings))));
  });
}

/** A further server on the same database; it ends with the database unless the test ends it. */
export async function startAnother(env: Env = {}): Promise<RunningServer> {
  const another = await start(env);
  others.push(another);
  return another;
}

/** Starts a server in the place of an instance that the test has ended, on its address if `PORT` says so. */
export async function replaceServer(gone: RunningServer = server, env: Env = {}): Promise<RunningServer> {
  const next = await start(env);
  setInstances(instances.map((each) => (each === gone ? next : each)));
  return next;
}

const start = (env: Env): Promise<RunningServer> =>
  startServer({ ...settings, env: { ...settings.env, ...env } });

/** How a server ends by itself has tests of its own: here nothing waits for its clients to be told. */
async function end(servers: readonly RunningServer[]): Promise<void> {
  closeSockets();
  await Promise.all(servers.map((each) => each.kill('SIGKILL')));
}

function setInstances(next: readonly RunningServer[]): void {
  instances = next;
  const [first] = next;
  if (first !== undefined) server = first;
}
