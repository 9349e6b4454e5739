import { setImmediate as turn } from 'node:timers/promises';
import { OPCODE, type RawSocket } from '../../integration/ws/raw-socket.js';

const BATCH = 200;

/** Frames that are no messages. */
export const FLOODS = {
  pings: { opcode: OPCODE.ping },
  pongs: { opcode: OPCODE.pong },
  'empty fragments': { opcode: OPCODE.continuation, isFinal: false },
} as const;
export type FloodKind = keyof typeof FLOODS;

/** Sends frames as fast as the machine can until the server ends the connection; answers how many. */
export const flood = async (socket: RawSocket, kind: FloodKind, forMs: number): Promise<number> => {
  const untilMs = performance.now() + forMs;
  let sent = 0;
  if (kind === 'empty fragments') socket.send({ opcode: OPCODE.text, isFinal: false });
  while (!socket.ended && performance.now() < untilMs) {
    for (let at = 0; at < BATCH; at++) socket.send(FLOODS[kind]);
    sent += BATCH;
    await turn();
  }
  return sent;
};
