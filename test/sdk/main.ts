import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Patient } from '@wardbell/contract';
import { z } from 'zod';
import { runProgram } from '../integration/ws/program.js';
import { Checks } from '../support/checks.js';
import { startServer } from '../support/server.js';
import { createTenant, must } from '../support/tenant.js';
import { checkPackage, listFiles, pack } from './package.js';
import { run } from './run.js';
import { compile, MODES } from './types.js';

const VITE = 'vite@8.4.0';
/** In the versions that this repository has. */
const OF_AN_APPLICATION = [
  'typescript',
  'ws',
  '@types/ws',
  '@types/node',
  'react',
  'react-dom',
  '@types/react',
  '@tanstack/react-query',
];
const Manifest = z.object({ version: z.string() });

const checks = new Checks();
const folder = mkdtempSync(join(tmpdir(), 'wardbell-sdk-'));
const project = join(folder, 'project');
try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = checks.summarise();

async function main(): Promise<void> {
  let tarballs: string[] = [];
  await checks.check('both packages are packed', async () => {
    tarballs = [await pack('@wardbell/contract', folder), await pack('@wardbell/client', folder)];
  });
  const isInstalled = await checks.check('a fresh project installs both tarballs', () => install(tarballs));
  if (!isInstalled) return;
  const packageOf = (name: string): string => join(project, 'node_modules/@wardbell', name);
  for (const name of ['contract', 'client']) {
    await checks.check(
      `@wardbell/${name} has its licence, its sources and all that it names, and nothing else`,
      async () => checkPackage(packageOf(name)),
    );
    await checks.check(`@wardbell/${name} is not published while its repository is an example`, () =>
      assert.rejects(run(name, 'npm', 'run', 'prepublishOnly'), /set repository\.url/),
    );
  }
  await checks.check('every module with React begins with "use client"', async () => {
    const react = join(packageOf('client'), 'dist/react');
    for (const path of readdirSync(react).filter((name) => name.endsWith('.js')))
      if (/from 'react'|from '@tanstack/.test(readFileSync(join(react, path), 'utf8')))
        assert.match(readFileSync(join(react, path), 'utf8'), /^['"]use client['"];/, path);
  });
  for (const mode of MODES) {
    await checks.check(`a strict application compiles (${mode.name}), and its mistakes do not`, () =>
      compile(project, mode),
    );
  }
  await checks.check('Vite builds the React example of the package', buildWithVite);
  await checkRunning();
}

async function install(tarballs: readonly string[]): Promise<void> {
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'application', private: true }));
  const require = createRequire(resolve('client/package.json'));
  const others = OF_AN_APPLICATION.map((name) => {
    const manifest: unknown = require(`${name}/package.json`);
    return `${name}@${Manifest.parse(manifest).version}`;
  });
  await run(project, 'npm', 'install', '--no-audit', '--no-fund', ...tarballs, ...others, VITE);
  const { version } = Manifest.parse(JSON.parse(readFileSync('client/package.json', 'utf8')));
  assert.match(
    await run(project, 'npm', 'ls', '@wardbell/client'),
    new RegExp(`@wardbell/client@${version}`),
  );
  for (const name of ['strict.ts', 'strict.mts', 'strict.cts'])
    copyFileSync('test/sdk/project/strict.ts', join(project, name));
  copyFileSync('test/sdk/project/listen.cjs', join(project, 'listen.cjs'));
  const examples = join(project, 'node_modules/@wardbell/client/examples');
  copyFileSync(join(examples, 'node.mjs'), join(project, 'node.mjs'));
  copyFileSync(join(examples, 'react.tsx'), join(project, 'react.tsx'));
}

async function buildWithVite(): Promise<void> {
  writeFileSync(
    join(project, 'index.html'),
    '<!doctype html><div id="root"></div><script type="module" src="/main.tsx"></script>',
  );
  writeFileSync(
    join(project, 'main.tsx'),
    [
      "import { createRoot } from 'react-dom/client';",
      "import { App } from './react';",
      "const root = document.getElementById('root');",
      'if (root) createRoot(root).render(<App />);',
    ].join('\n'),
  );
  await run(project, process.execPath, 'node_modules/vite/bin/vite.js', 'build');
  const dist = join(project, 'dist');
  // Several files: the fallback to server-sent events is one of its own.
  const scripts = listFiles(dist).filter((path) => path.endsWith('.js'));
  const built = scripts.map((path) => readFileSync(join(dist, path), 'utf8')).join('\n');
  assert.match(built, /wardbell\.v1/);
  // the contract's schemas have no place in a page
  assert.doesNotMatch(built, /ZodError/);
}

async function checkRunning(): Promise<void> {
  const server = await startServer();
  try {
    const { clinician } = await createTenant(server);
    await checks.check('in Node an ES module hears of a change', async () => {
      const command = [`TOKEN=${clinician.token}`, process.execPath, join(project, 'node.mjs'), server.wsUrl];
      const program = runProgram('env', command);
      try {
        await program.prints(/live/);
        const body = { first_name: 'Ada', last_name: 'Lovelace' };
        await must(Patient, server, 'POST', '/patients', { token: clinician.token, body });
        await program.prints(/^patient_created \d+$/m);
      } finally {
        await program.stop();
      }
    });
    await checks.check('in Node CommonJS changes something by the REST client, and hears of it', async () => {
      const printed = await run(project, process.execPath, 'listen.cjs', server.url, clinician.token);
      const registered = /^registered (\S+)$/m.exec(printed)?.[1];
      assert.match(printed, new RegExp(`^patient_created ${registered}$`, 'm'));
    });
    await checks.check('without a WebSocket createClient throws, and says what to pass', async () => {
      const script = "require('@wardbell/client').createClient({ url: 'ws://x/ws', getToken: () => null })";
      const isOld = globalThis.WebSocket === undefined;
      if (isOld)
        await assert.rejects(
          run(project, process.execPath, '-e', script),
          /pass the one of 'ws' as `WebSocket`/,
        );
      const relative = script.replace('ws://x/ws', '/ws').replace('null })', 'null, WebSocket: class {} })');
      await assert.rejects(
        run(project, process.execPath, '-e', relative),
        /must be absolute outside of a page/,
      );
    });
  } finally {
    await server.stop();
  }
}
