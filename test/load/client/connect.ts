import { setTimeout as pause } from 'node:timers/promises';
import { DelaySample, monotonicUs } from '../statistics.js';
import { mintToken } from '../token.js';
import type { Connect, ConnectReport } from './commands.js';
import { LoadSocket, type SocketPlan } from './load-socket.js';
import type { Tally } from './tally.js';

const RETRY_MS = 50;

const plansOf = (command: Connect): SocketPlan[] => {
  const { host, port, readyOn, minEventBytes, sampleEvery } = command;
  let index = 0;
  return command.groups.flatMap(({ path, sockets, identity }) =>
    Array.from({ length: sockets }, () => ({
      host,
      port,
      path,
      isEventStream: path.startsWith('/api/'),
      token: identity === null ? undefined : mintToken(identity, `user-${index}`),
      readyOn,
      minEventBytes,
      isSampled: index++ % sampleEvery === 0,
    })),
  );
};

/** Opens sockets, so many handshakes at a time. Resolves when every one is in or has failed for good. */
export const connectAll = async (
  command: Connect,
  tally: Tally,
  sockets: LoadSocket[],
): Promise<ConnectReport> => {
  const plans = plansOf(command).reverse(); // tokens are made before the clock starts
  const handshakes = new DelaySample();
  const refusals: Record<string, number> = {};
  let ready = 0;
  let attempts = 0;
  let failed = 0;
  const startUs = monotonicUs();
  const deadlineUs = startUs + command.retryForMs * 1_000;

  const attempt = (plan: SocketPlan): Promise<boolean> =>
    new Promise((resolve) => {
      attempts++;
      const attemptUs = monotonicUs();
      const socket = new LoadSocket(plan, tally, (isReady, closeCode) => {
        if (isReady) {
          handshakes.add(monotonicUs() - attemptUs);
          sockets.push(socket);
        } else {
          refusals[closeCode] = (refusals[closeCode] ?? 0) + 1;
        }
        resolve(isReady);
      });
    });

  const worker = async (_: unknown, index: number): Promise<void> => {
    if (command.spreadMs) await pause((index / command.concurrency) * command.spreadMs);
    for (let plan = plans.pop(); plan; plan = plans.pop()) {
      let isIn = await attempt(plan);
      while (!isIn && monotonicUs() < deadlineUs) {
        await pause(RETRY_MS);
        isIn = await attempt(plan);
      }
      if (isIn) ready++;
      else failed++;
    }
  };
  await Promise.all(Array.from({ length: command.concurrency }, worker));
  return {
    ready,
    failed,
    attempts,
    refusals,
    tookS: (monotonicUs() - startUs) / 1e6,
    handshakeUs: handshakes.summary(),
  };
};
