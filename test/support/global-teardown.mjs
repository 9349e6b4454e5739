import { rmSync } from 'node:fs';

export default async function globalTeardown() {
  const running = globalThis.wardbellPostgres;
  if (running === undefined) return;
  globalThis.wardbellPostgres = undefined;
  await running.postgres.stop();
  rmSync(running.dataDir, { recursive: true, force: true });
}
