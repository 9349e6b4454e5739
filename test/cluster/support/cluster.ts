import { type RunningServer, type ServerOptions, startServer } from '../../support/server.js';

/** How often what takes long is repeated: a few times in `npm test`, as often as promised in `test:cluster`. */
export const repetitions = (short: number, long: number): number =>
  process.env['WARDBELL_TEST_SHORT'] === 'true' ? short : long;

/** Several instances of one installation. */
export async function startInstances(count: number, options: ServerOptions): Promise<RunningServer[]> {
  const env = { MAX_CONNECTION_ATTEMPTS_PER_MINUTE: '1000000', ...options.env };
  return Promise.all(Array.from({ length: count }, () => startServer({ ...options, env })));
}

export const stopAll = async (instances: readonly RunningServer[]): Promise<void> => {
  await Promise.all(instances.map((instance) => instance.stop()));
};

/** Deals things out to instances in turn. */
export const inTurn = <T>(instances: readonly T[], index: number): T => {
  const instance = instances[index % instances.length];
  if (instance === undefined) throw new Error('no instance');
  return instance;
};
