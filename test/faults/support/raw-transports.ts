import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { z } from 'zod';

/** How a raw client follows a log. */
export type RawTransport = 'websocket' | 'sse' | 'poll';

/** Where a raw client connects, and from which event on. */
export interface RawRequest {
  readonly port: number;
  readonly token: string;
  readonly epoch: string;
  readonly since: number;
  readonly types: readonly string[] | undefined;
}

/** A connection that is open or being opened. */
export interface RawConnection {
  readonly isOpen: boolean;
  /** Resolves when it is over. Never rejects. */
  readonly over: Promise<void>;
  close(): void;
}

type OnMessage = (message: unknown) => void;

const urlOf = (base: string, { epoch, since, types }: RawRequest): URL => {
  const url = new URL(base);
  url.searchParams.set('since', String(since));
  url.searchParams.set('epoch', epoch);
  if (types) url.searchParams.set('types', types.join(','));
  return url;
};
const bearer = ({ token }: RawRequest) => ({ authorization: `Bearer ${token}` });

export const openSocket = (options: RawRequest, onMessage: OnMessage): RawConnection => {
  const url = urlOf(`ws://127.0.0.1:${options.port}/ws`, options);
  const socket = new WebSocket(url, { headers: bearer(options) });
  socket.on('message', (text) => onMessage(JSON.parse(String(text))));
  socket.on('error', () => undefined);
  return {
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    over: new Promise((resolve) => socket.on('close', () => resolve())),
    close: () => socket.terminate(),
  };
};

/** Server-sent events, read line by line. */
export const openEventStream = (options: RawRequest, onMessage: OnMessage): RawConnection => {
  let isOpen = false;
  let rest = '';
  const sent = request(urlOf(`http://127.0.0.1:${options.port}/api/v1/stream`, options), {
    agent: false,
    headers: { ...bearer(options), accept: 'text/event-stream' },
  });
  const over = new Promise<void>((resolve) => {
    sent.on('error', () => undefined);
    sent.on('close', resolve);
    sent.on('response', (response) => {
      isOpen = response.statusCode === 200;
      response.setEncoding('utf8');
      response.on('error', () => undefined);
      response.on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line.startsWith('data: ')) onMessage(JSON.parse(line.slice(6)));
      });
    });
  });
  void over.then(() => {
    isOpen = false;
  });
  sent.end();
  return {
    get isOpen() {
      return isOpen;
    },
    over,
    close: () => sent.destroy(),
  };
};

const Answer = z.object({ events: z.array(z.unknown()), seq: z.number() });
const WAIT_S = 2;

/** Polls until a poll fails. What an answer says of its position is passed on as a `polled` message. */
export const poll = (options: RawRequest, onMessage: OnMessage): RawConnection => {
  const abort = new AbortController();
  let isOpen = true;
  let { since } = options;
  const run = async (): Promise<void> => {
    while (!abort.signal.aborted) {
      const url = urlOf(`http://127.0.0.1:${options.port}/api/v1/stream`, { ...options, since });
      url.searchParams.set('wait', String(WAIT_S));
      const response = await fetch(url, {
        headers: { ...bearer(options), accept: 'application/json' },
        signal: abort.signal,
      });
      if (!response.ok) {
        await response.body?.cancel();
        if (response.status === 410) onMessage({ type: 'resync_required' });
        return delay(500, undefined, { signal: abort.signal });
      }
      const { events, seq } = Answer.parse(await response.json());
      for (const event of events) onMessage(event);
      onMessage({ type: 'polled', data: { seq } });
      since = seq;
    }
  };
  return {
    get isOpen() {
      return isOpen;
    },
    over: run()
      .catch(() => undefined)
      .finally(() => {
        isOpen = false;
      }),
    close: () => abort.abort(),
  };
};
