/*
 * Loaded into a server by NODE_OPTIONS: SIGUSR2 collects its garbage, so what is then used is really kept.
 * Node.js 20 does not take `--expose-gc` in NODE_OPTIONS.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
process.on('SIGUSR2', () => collect());
