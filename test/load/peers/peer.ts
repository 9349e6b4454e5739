import { type AddressInfo, createServer, type Server } from 'node:net';

/** A server that only broadcasts: no accounts, no storage, no isolation. What others are measured against. */
export interface Peer {
  readonly server: Server;
  /** Sends events, whole JSON texts, to all sockets of a tenant. */
  broadcast(tenant: number, events: readonly string[]): void;
}

const portOf = (server: Server): number => {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address.port;
};

const listening = (server: Server): Promise<void> =>
  new Promise((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve));

/** `/t/7…` and `…?t=7`: the tenant that a socket belongs to. */
export const tenantOf = (path: string | undefined): number =>
  Number(/[?&/]t[/=](\d+)/.exec(path ?? '')?.[1] ?? 0);

/** Sockets by tenant. */
export class Rooms<Member> {
  readonly #rooms = new Map<number, Set<Member>>();

  add(tenant: number, member: Member): () => void {
    const room = this.of(tenant);
    room.add(member);
    return () => room.delete(member);
  }

  of(tenant: number): Set<Member> {
    let room = this.#rooms.get(tenant);
    if (!room) {
      room = new Set();
      this.#rooms.set(tenant, room);
    }
    return room;
  }
}

/** Serves, takes events as lines `<tenant> <json>` on a second port, and says both ports on standard output. */
export const run = async ({ server, broadcast }: Peer): Promise<void> => {
  const control = createServer((socket) => {
    let rest = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      const byTenant = new Map<number, string[]>();
      for (const line of lines) {
        const space = line.indexOf(' ');
        const tenant = Number(line.slice(0, space));
        const events = byTenant.get(tenant);
        if (events) events.push(line.slice(space + 1));
        else byTenant.set(tenant, [line.slice(space + 1)]);
      }
      for (const [tenant, events] of byTenant) broadcast(tenant, events);
    });
    socket.on('error', () => undefined);
  });
  await Promise.all([listening(server), listening(control)]);
  process.stdout.write(`${JSON.stringify({ port: portOf(server), control: portOf(control) })}\n`);
};
