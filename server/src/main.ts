import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { LastRequests } from './api/requests/last-requests.js';
import { AppModule } from './app.module.js';
import { Database } from './database/database.service.js';
import { banner } from './demo/banner.js';
import { seedDemo } from './demo/seed.js';
import { createHttpApplication } from './http-application.js';
import { ensureSuperAdmin } from './identity/users/super-admin.js';
import { type Config, loadConfig } from './platform/config/config.js';
import { findMisspelt } from './platform/config/misspelt.js';
import { StartError } from './platform/config/start-error.js';
import { errorCode } from './platform/errors/error-code.js';
import { errorFields } from './platform/log/error-fields.js';
import { createLog, type Log } from './platform/log/log.js';
import { NestLog } from './platform/log/nest-log.js';
import { startTracing } from './platform/tracing/export.js';
import { type PreparedDatabase, prepareDatabase } from './prepare-database.js';
import { Drain } from './realtime/gateway/drain.js';
import { GatewayAdapter } from './realtime/gateway/gateway.adapter.js';

/** Deadline of pending requests after a signal; the remaining ones get 503. */
const ANSWER_MS = 8_000;
/** Deadline to release resources; statements without an answer and stalled readers are abandoned. */
const RELEASE_MS = 9_000;
/** The process exits after this in any case (Kubernetes kills after 30 s, Compose after 10 s). */
const STOP_TIMEOUT_MS = 9_600;

/**
 * Listen backlog. Node's default of 511 overflows when 10,000 clients reconnect at once, and each dropped connection is
 * retried after a second. The kernel caps the backlog at `net.core.somaxconn`.
 */
const BACKLOG = 4_096;

interface Running {
  readonly app: NestFastifyApplication;
  readonly requests: LastRequests;
  readonly database: PreparedDatabase;
  readonly endTracing: () => Promise<void>;
}

const listen = async (app: NestFastifyApplication, config: Config): Promise<number> => {
  try {
    await app.listen({ port: config.port, host: config.host, backlog: BACKLOG });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EADDRINUSE') {
      throw new StartError(`PORT: ${config.port} is in use by another program; stop it or set another PORT`);
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
      throw new StartError(`HOST, PORT: this process may not listen there (${code}); set others`);
    }
    throw error;
  }
  const address = app.getHttpServer().address();
  return typeof address === 'object' && address !== null ? address.port : config.port;
};

const start = async (config: Config, log: Log, abort: AbortSignal): Promise<Running> => {
  const endTracing = await startTracing(config);
  const database = await prepareDatabase(config, log, abort);
  try {
    const app = await createHttpApplication(
      config,
      AppModule.with(config, database.logins, log),
      new NestLog(log),
    );
    const requests = new LastRequests(app.getHttpAdapter().getInstance());
    app.useWebSocketAdapter(new GatewayAdapter(app));
    try {
      const data = app.get(Database);
      await ensureSuperAdmin(data, config, log);
      await seedDemo(data, config, log);
      const port = await listen(app, config);
      log.info('listening', { port });
      const text = banner(config, port);
      // after the log lines of this turn, so that the banner is the last output
      if (text !== undefined) setImmediate(() => process.stdout.write(`${text}\n`));
    } catch (error) {
      await app.close();
      throw error;
    }
    return { app, requests, database, endTracing };
  } catch (error) {
    await database.stop();
    throw error;
  }
};

/** Resolves when the work is done, or at the deadline (monotonic clock). */
const until = async (deadlineMs: number, work: Promise<unknown>): Promise<void> => {
  const end = new AbortController();
  const late = delay(Math.max(0, deadlineMs - performance.now()), undefined, { signal: end.signal });
  late.catch(() => undefined);
  await Promise.race([work, late]).finally(() => end.abort());
};

/** Closes the sockets, each with a reconnect delay, then answers the requests, then releases the database. */
const stop = async ({ app, requests, database, endTracing }: Running, signalledMs: number): Promise<void> => {
  const drain = app.get(Drain);
  requests.stop();
  await drain.run();
  await requests.finish(app.getHttpServer(), signalledMs + ANSWER_MS, () => drain.openTransports === 0);
  await until(signalledMs + RELEASE_MS, app.close().then(endTracing));
  await database.stop();
};

const main = async (): Promise<void> => {
  const config = loadConfig(process.env);
  const log = createLog(config);
  for (const { variable, likely } of findMisspelt(process.env)) {
    log.warn('unknown variable in the environment', { variable, likely });
  }
  const abort = new AbortController();
  const starting = start(config, log, abort.signal);

  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    log.info('stopping', { signal });
    const signalledMs = performance.now();
    setTimeout(() => {
      log.error('stopping took too long');
      process.exit(0); // clients have been told to reconnect, and acknowledged writes are committed
    }, STOP_TIMEOUT_MS).unref();
    abort.abort();
    starting
      .then((running) => stop(running, signalledMs))
      .catch((error: unknown) => log.error('stopping failed', errorFields(error)))
      .finally(() => process.exit(0));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('unhandledRejection', (error) => {
    log.fatal('unhandled rejection', errorFields(error));
    process.exit(1);
  });

  try {
    await starting;
  } catch (error) {
    if (!stopping) throw error;
  }
};

try {
  await main();
} catch (error) {
  if (error instanceof StartError) process.stderr.write(`wardbell: ${error.message}\n`);
  else throw error;
  process.exit(1);
}
