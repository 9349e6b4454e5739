import { once } from 'node:events';
import http, { type IncomingHttpHeaders } from 'node:http';
import { PushApiModel } from 'web-push-testing/src/PushApiModel.js';
import { eventually } from './wait.js';

/** A message that came to the push service. */
export interface Push {
  readonly headers: IncomingHttpHeaders;
  /** What the browser reads, once the service has checked the signature and the browser has decrypted it. */
  readonly text: string;
  readonly bytes: Buffer;
  readonly browser: Browser;
}

/** A browser that has subscribed. */
export interface Browser {
  /** As `PushSubscription.toJSON()` says it. */
  readonly subscription: {
    readonly endpoint: string;
    readonly expirationTime: null;
    readonly keys: { readonly p256dh: string; readonly auth: string };
  };
  /** The browser is gone: 410 from here on. */
  expire(): void;
}

export interface PushService {
  /** Of all requests, also those that were not taken. */
  readonly requests: readonly IncomingHttpHeaders[];
  readonly pushes: readonly Push[];
  subscribe(publicKey: string): Promise<Browser>;
  /** Answers with this status from now on, or when `undefined` as a push service does. */
  answer(status: number | undefined, headers?: Readonly<Record<string, string>>): void;
  /** Keeps requests waiting until the function is called that it returns. */
  hold(): () => void;
  received(count: number): Promise<readonly Push[]>;
  close(): Promise<void>;
}

/**
 * A push service on the loopback interface. What it makes of subscriptions, signatures and encryption is that of
 * `web-push-testing`; it is sent what a browser would get.
 */
export async function startPushService(): Promise<PushService> {
  const model = new PushApiModel();
  const browsers = new Map<string, Browser>();
  const requests: IncomingHttpHeaders[] = [];
  const pushes: Push[] = [];
  let answer: { status: number; headers?: Readonly<Record<string, string>> } | undefined;
  let held: Promise<void> | undefined;

  const handle = async (path: string, headers: IncomingHttpHeaders, bytes: Buffer): Promise<number> => {
    requests.push(headers);
    await held;
    if (answer) return answer.status;
    const hash = path.slice(1);
    const browser = browsers.get(hash);
    if (!browser) return 404;
    try {
      const asked = {
        encoding: headers['content-encoding'],
        authorization: headers.authorization,
        ttl: String(headers['ttl']),
      };
      await model.handleNotification(hash, asked, bytes);
    } catch (error) {
      return error instanceof Error && error.name === 'SubscriptionExpiredError' ? 410 : 400;
    }
    const text = model.getNotifications({ clientHash: hash }).messages.at(-1) ?? '';
    pushes.push({ headers, text, bytes, browser });
    return 201;
  };
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const status = await handle(request.url ?? '', request.headers, Buffer.concat(chunks));
      response.writeHead(status, answer?.headers).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  model.notifyUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;

  return {
    requests,
    pushes,
    subscribe: async (publicKey) => {
      const { endpoint, keys, clientHash } = await model.subscribe({ applicationServerKey: publicKey });
      const browser: Browser = {
        subscription: { endpoint, expirationTime: null, keys },
        expire: () => model.expireSubscription(clientHash),
      };
      browsers.set(clientHash, browser);
      return browser;
    },
    answer: (status, headers) => {
      answer = status === undefined ? undefined : { status, ...(headers ? { headers } : {}) };
    },
    hold: () => {
      let release = (): void => undefined;
      held = new Promise((resolve) => {
        release = resolve;
      });
      return () => {
        held = undefined;
        release();
      };
    },
    received: async (count) => {
      await eventually(() => pushes.length >= count, { what: `${count} push messages` });
      return pushes;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
