import { type Program, runProgram } from '../integration/ws/program.js';

/** `wscat` on a WebSocket, as the README has it; it has connected when this returns. */
export async function listen(wsUrl: string, token: string): Promise<Program> {
  const wscat = runProgram(process.execPath, [
    'node_modules/wscat/bin/wscat',
    '--connect',
    `${wsUrl}?token=${token}`,
  ]);
  await wscat.prints(/"type":"connected"/);
  return wscat;
}
