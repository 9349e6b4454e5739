import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Checks } from '../support/checks.js';
import { provideImages } from './base-images.js';
import { checkCompose } from './compose.js';
import { cacheFolder, type Engine, findEngine } from './engine.js';
import { checkImage, IMAGE } from './image.js';

const { values } = parseArgs({
  options: {
    /** Takes the image that the last run built. */
    'no-build': { type: 'boolean', default: false },
    /** Removes what is kept for the next run: images, where they are not Docker's. */
    clean: { type: 'boolean', default: false },
  },
});

/** What the services run on; Grafana's is asked for separately, since there is no other way to get it. */
const BASE_IMAGES = ['node:26-slim', 'postgres:18', 'redis:7', 'nginx:1.28-alpine', 'prom/prometheus:v3.5.0'];
const GRAFANA = 'grafana/grafana:12.1.0';

const checks = new Checks();

async function main(engine: Engine): Promise<void> {
  console.log(`with ${engine.name}`);
  const missing = await provideImages(engine, [...BASE_IMAGES, GRAFANA], (line) => console.log(line));
  const needed = missing.filter((name) => name !== GRAFANA);
  if (needed.length > 0)
    throw new Error(`these base images cannot be had on this machine: ${needed.join(', ')}`);
  const isBuilt =
    values['no-build'] ||
    (await checks.check('the image builds from the Dockerfile as it is', async () => {
      await engine.run('build', ...engine.buildArgs, '--tag', IMAGE, '.');
    }));
  if (!isBuilt) return;
  await checkImage(engine, checks);
  await checkCompose(engine, checks, missing.includes(GRAFANA) ? ['grafana'] : []);
}

const engine = findEngine();
if (values.clean) {
  if (engine?.name === 'podman') await engine.run('system', 'reset', '--force');
  rmSync(cacheFolder(), { recursive: true, force: true });
} else if (engine === undefined) {
  checks.skip('all of it', 'neither Docker nor Podman can be used here');
  process.exitCode = checks.summarise();
} else {
  await main(engine).catch((error: unknown) =>
    checks.check('the test runs to its end', () => Promise.reject(error)),
  );
  process.exitCode = checks.summarise();
}
