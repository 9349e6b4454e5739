import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const LOG = pathToFileURL('server/dist/platform/log/log.js').href;

/** What a process writes that logs a line and then does this. */
const logged = (then: string): string =>
  spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { createLog } from '${LOG}';
       createLog({ logLevel: 'info', production: true }).info('last words');
       ${then}`,
    ],
    { encoding: 'utf8' },
  ).stdout;

describe('The last line of the log', () => {
  it.each([
    ['ends', ''],
    ['is told to exit', 'process.exit(1)'],
    ['fails', "throw new Error('fails')"],
    [
      'fails in a promise',
      "Promise.reject(new Error('fails')); await new Promise(() => setInterval(() => {}, 1000));",
    ],
  ])('is written when the process %s', (_, then) => {
    expect(logged(then)).toContain('"msg":"last words"');
  });
});
