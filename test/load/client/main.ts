import { z } from 'zod';
import { Await, Connect, Disconnect, Echo, Envelope, Hammer, Nothing } from './commands.js';
import { connectAll } from './connect.js';
import type { LoadSocket } from './load-socket.js';
import { Tally } from './tally.js';
import { echo, hammer } from './write.js';

/** The load client: a process of its own that holds sockets, writes over HTTP and counts. */

const tally = new Tally();
const sockets: LoadSocket[] = [];

const command =
  <S extends z.ZodType>(schema: S, run: (command: z.output<S>) => unknown) =>
  (message: unknown): unknown =>
    run(schema.parse(message));

const commands: Readonly<Record<string, (message: unknown) => unknown>> = {
  connect: command(Connect, (plan) => connectAll(plan, tally, sockets)),
  reset: command(Nothing, () => tally.reset()),
  await: command(Await, async ({ deliveries, timeoutMs }) => {
    await tally.reached(deliveries, timeoutMs);
    return tally.report();
  }),
  report: command(Nothing, () => tally.report()),
  disconnect: command(Disconnect, (plan) => {
    for (const socket of sockets.splice(0, plan.sockets)) socket.destroy();
  }),
  hammer: command(Hammer, hammer),
  echo: command(Echo, (plan) => echo(plan, tally)),
};

const receive = async (message: unknown): Promise<void> => {
  const { id, name, command: argument } = Envelope.parse(message);
  try {
    const run = commands[name];
    if (!run) throw new Error(`no such command: ${name}`);
    process.send?.({ id, result: (await run(argument)) ?? null });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? error.message : 'failed' });
  }
};

process.on('message', (message) => void receive(message));
process.on('disconnect', () => process.exit(0));
