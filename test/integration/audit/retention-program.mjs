import { BackgroundTasks } from '../../../server/dist/database/background-tasks.js';
import { OutageLog } from '../../../server/dist/database/outage-log.js';
import { RelayPool } from '../../../server/dist/database/pools.js';
import { AuditKeys } from '../../../server/dist/operations/audit/audit-keys.js';
import { AuditRetention } from '../../../server/dist/operations/audit/audit-retention.js';
import { loadOrCreateKeyFile } from '../../../server/dist/operations/audit/key-file.js';
import { loadConfig } from '../../../server/dist/platform/config/config.js';
import { createLog } from '../../../server/dist/platform/log/log.js';
import { Metrics } from '../../../server/dist/platform/metrics/metrics.js';

/** One round of the audit log's retention in a process of its own, for tests that kill it or bound its files. */
const url = process.env.RELAY_DATABASE_URL;
const log = createLog({ logLevel: 'info', production: true });
const relay = new RelayPool({ relay: { url, isPooled: false, isBounded: true }, listenUrl: url });
const tasks = new BackgroundTasks(new Metrics(), new OutageLog(log));
const config = loadConfig(process.env);
const keys = new AuditKeys(loadOrCreateKeyFile(config), config.jwtKeys);
await new AuditRetention(relay, config, log, keys, tasks).run();
await relay.onApplicationShutdown();
