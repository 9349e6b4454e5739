import { once } from 'node:events';
import http, { type IncomingHttpHeaders, type RequestListener } from 'node:http';
import https from 'node:https';
import { Webhook as Standard } from 'standardwebhooks';
import { Webhook as Svix } from 'svix';
import { z } from 'zod';
import { eventually } from './wait.js';

const Message = z.looseObject({
  type: z.string(),
  seq: z.number().optional(),
  data: z.record(z.string(), z.unknown()),
});
export type Message = z.output<typeof Message>;

/** A request that came to a receiver. */
export interface Delivery {
  readonly id: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it was sent. */
  readonly text: string;
  readonly message: Message;
}

/** How a receiver answers; with `hold` it answers when that has resolved. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly hold?: Promise<void>;
}

export interface Receiver {
  readonly url: string;
  readonly deliveries: readonly Delivery[];
  /** The most requests that were open at the same time. */
  readonly maxOpen: number;
  /** Chooses the answer to each delivery from now on; 204 otherwise. */
  reply(choose: (delivery: Delivery) => Reply): void;
  /** Waits for so many deliveries. */
  received(count: number): Promise<readonly Delivery[]>;
  close(): Promise<void>;
}

/** An endpoint on a port of its own on the loopback interface. */
export async function startReceiver(tls?: {
  readonly key: string;
  readonly cert: string;
}): Promise<Receiver> {
  const deliveries: Delivery[] = [];
  let choose: (delivery: Delivery) => Reply = () => ({ status: 204 });
  let [open, maxOpen] = [0, 0];
  const listener: RequestListener = (request, response) => {
    maxOpen = Math.max(maxOpen, ++open);
    response.once('close', () => open--);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const text = Buffer.concat(chunks).toString();
      const delivery = {
        id: String(request.headers['webhook-id']),
        path: request.url ?? '',
        headers: request.headers,
        text,
        message: Message.parse(JSON.parse(text)),
      };
      deliveries.push(delivery);
      const { status, headers, hold } = choose(delivery);
      await hold;
      response.writeHead(status, headers).end();
    });
  };
  const server = tls ? https.createServer(tls, listener) : http.createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: tls ? `https://localhost:${port}/hook` : `http://127.0.0.1:${port}/hook`,
    deliveries,
    get maxOpen() {
      return maxOpen;
    },
    reply: (next) => {
      choose = next;
    },
    received: async (count) => {
      await eventually(() => deliveries.length >= count, { what: `${count} deliveries` });
      return deliveries;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Whether two independent implementations of Standard Webhooks accept the signature. */
export function verdicts({ headers, text }: Delivery, secret: string): [standard: boolean, svix: boolean] {
  const own = Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, String(headers[name])]),
  );
  return [
    accepts(() => new Standard(secret).verify(text, own)),
    accepts(() => new Svix(secret).verify(text, own)),
  ];
}

const accepts = (verify: () => unknown): boolean => {
  try {
    verify();
    return true;
  } catch {
    return false;
  }
};
