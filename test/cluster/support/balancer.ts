import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/** A TCP balancer without stickiness: each connection goes to the next instance that takes it. */
export interface Balancer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly wsUrl: string;
  add(port: number): void;
  /** No new connections go there; those that are open stay. */
  remove(port: number): void;
  close(): Promise<void>;
}

export async function startBalancer(ports: readonly number[] = []): Promise<Balancer> {
  const targets = [...ports];
  const sockets = new Set<Socket>();
  let turn = 0;

  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  /** Tries each instance once, as a balancer with passive health checks does. */
  const connect = (client: Socket, tries: number): void => {
    const port = targets[turn++ % Math.max(1, targets.length)];
    if (port === undefined || tries > targets.length || client.destroyed) {
      client.destroy();
      return;
    }
    const server = dial(port, '127.0.0.1');
    const retry = () => connect(client, tries + 1);
    server.once('error', retry);
    server.once('connect', () => {
      server.off('error', retry);
      keep(server);
      client.on('close', () => server.destroy());
      server.on('close', () => client.destroy());
      client.pipe(server);
      server.pipe(client);
    });
  };
  const listener = createServer((client) => {
    keep(client);
    connect(client, 1);
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}/ws`,
    add: (target) => void targets.push(target),
    remove: (target) =>
      void targets.splice(0, targets.length, ...targets.filter((other) => other !== target)),
    close: async () => {
      listener.close();
      for (const socket of sockets) socket.destroy();
      await once(listener, 'close');
    },
  };
}
