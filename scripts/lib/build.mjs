import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BuildRecord, hashOf } from './inputs.mjs';
import { step } from './steps.mjs';

const CONSOLE_INPUTS = ['admin', 'contract/src', 'client/src', 'tsconfig.base.json', 'package-lock.json'];

/**
 * The build steps in order. A step runs again when one of its inputs changed or its output is missing.
 * @param {string} root
 */
const steps = (root) => [
  {
    title: 'Generating the database client',
    command: [process.execPath, join(root, 'node_modules/prisma/build/index.js'), 'generate'],
    inputs: ['prisma/schema.prisma', 'prisma.config.ts', 'package-lock.json'],
    output: 'server/src/database/generated/client.ts',
    cwd: root,
    // The engine is a download that `generate` does not need, so any existing file can replace it.
    env: {
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
    },
  },
  {
    title: 'Building the server',
    command: [
      process.execPath,
      join(root, 'node_modules/typescript/bin/tsc'),
      '-b',
      'contract',
      'client',
      'server',
    ],
    inputs: [
      ...['contract', 'client', 'server'].flatMap((name) => [`${name}/src`, `${name}/tsconfig.json`]),
      'tsconfig.base.json',
      'prisma/schema.prisma',
      'package-lock.json',
    ],
    output: 'server/dist/main.js',
    cwd: root,
    env: {},
  },
  {
    title: 'Building the console',
    command: [process.execPath, join(root, 'node_modules/next/dist/bin/next'), 'build'],
    inputs: CONSOLE_INPUTS,
    output: 'admin/out/index.html',
    cwd: join(root, 'admin'),
    env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
  },
  {
    title: 'Compressing the console',
    command: [process.execPath, join(root, 'scripts/lib/compress.mjs'), join(root, 'admin/out')],
    inputs: [...CONSOLE_INPUTS, 'scripts/lib/compress.mjs'],
    output: 'admin/out/.compressed',
    cwd: root,
    env: {},
  },
];

/** Runs the steps whose inputs have changed since the last build. */
export async function build(root) {
  const record = new BuildRecord(root);
  for (const { title, command, inputs, output, cwd, env } of steps(root)) {
    const hash = hashOf(root, inputs);
    if (record.has(title, hash) && existsSync(join(root, output))) continue;
    await step(title, command, { cwd, env });
    record.set(title, hash);
  }
}
