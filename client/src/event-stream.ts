import { ABNORMAL, addressOf, type Open, protocolsFor } from './endpoint.js';
import type { ConnectionOptions, Runtime, SocketLike } from './options.js';
import { createTimer } from './runtime.js';

/** A socket that says nothing for so long will not. */
const ANSWER_MS = 10_000;
/** The client makes its requests by itself: they do not keep a login session from ending for idleness. */
const BACKGROUND = { 'wardbell-background': '1' };
const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;

/** What listeners of a socket are told, all in one: each reads its own part. */
interface Told {
  readonly data: unknown;
  readonly code: number;
  readonly reason: string;
}

const streamAddress = (address: string, topics: ConnectionOptions['topics']): URL => {
  const url = new URL(address);
  url.protocol = url.protocol.replace('ws', 'http');
  url.pathname = url.pathname.replace(/\/ws\/?$/, '/api/v1/stream');
  url.searchParams.delete('resume');
  if (topics?.length) url.searchParams.set('topics', topics.join(','));
  return url;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** The close code that a refusal stands for; without one it is the network's. */
const refusalOf = async (response: Response): Promise<[code: number, reason: string]> => {
  if (response.status !== 401) return [ABNORMAL, ''];
  const problem: unknown = await response.json();
  const isExpired = isObject(problem) && problem['code'] === 'token_expired';
  return isExpired ? [4401, 'Token expired'] : [1008, 'Authentication failed'];
};

/**
 * Server-sent events behind the interface of a socket. Messages of the client are handled here: a `ping` becomes a
 * request of its own, and a `resume` of many tenants, which an event stream cannot do, is answered by `resync_required`.
 */
export const openEventStream: Open = (options, token, position, previous) => {
  const { topics } = options;
  const url = streamAddress(addressOf({ ...options, topics: [] }, position, previous), topics);
  const abort = new AbortController();
  const listeners: { readonly type: string; readonly listener: (told: Told) => void }[] = [];
  const standing = new Map<string, unknown>();
  let readyState = CONNECTING;

  const dispatch = (of: string, told: Partial<Told>) => {
    for (const { type, listener } of listeners)
      if (type === of) listener({ data: undefined, code: ABNORMAL, reason: '', ...told });
  };
  const tell = (data: string) => dispatch('message', { data });
  const end = (code: number, reason = '') => {
    if (readyState === CLOSED) return;
    readyState = CLOSED;
    abort.abort();
    dispatch('close', { code, reason });
  };

  const receive = (text: string) => {
    if (readyState === CLOSED) return;
    if (text.startsWith('{"type":"closed"')) {
      const { code, reason }: { code: number; reason: string } = JSON.parse(text);
      return end(code, reason);
    }
    if (text.startsWith('{"type":"positions"')) {
      const { data }: { data: { seq: Record<string, number> } } = JSON.parse(text);
      for (const [tenant, seq] of Object.entries(data.seq)) standing.set(tenant, seq);
    }
    tell(text);
  };

  const read = async () => {
    const response = await fetch(url, {
      headers: { ...BACKGROUND, accept: 'text/event-stream', authorization: `Bearer ${token}` },
      cache: 'no-store',
      signal: abort.signal,
    });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (!response.ok || !isStream || !response.body) return end(...(await refusalOf(response)));
    readyState = OPEN;
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return end(ABNORMAL);
      const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const line of blocks.flatMap((block) => block.split('\n'))) {
        if (line.startsWith('data: ')) receive(line.slice('data: '.length));
        // A comment is a sign of life.
        else if (line.startsWith(':')) tell('pong');
      }
    }
  };
  read().catch(() => end(ABNORMAL));

  const answerPing = async () => {
    await fetch(url, { method: 'HEAD', headers: BACKGROUND, cache: 'no-store', signal: abort.signal });
    tell('pong');
  };

  return {
    get readyState() {
      return readyState;
    },
    send: (text) => {
      if (text === 'ping') {
        // No answer is what the client waits for.
        answerPing().catch(() => {});
        return;
      }
      const { type, since, epoch } = JSON.parse(text);
      if (type === 'resume' && isObject(since)) {
        for (const tenant_id of Object.keys(since)) {
          const data = { reason: 'epoch', seq: standing.get(tenant_id) ?? 0, epoch, tenant_id };
          tell(JSON.stringify({ type: 'resync_required', data }));
        }
      }
    },
    close: () => {
      readyState = CLOSED;
      abort.abort();
    },
    addEventListener: (type: string, listener: (told: Told) => void) =>
      void listeners.push({ type, listener }),
  };
};

/** Can a socket be opened here? One that is closed with a code was opened. */
export const canOpenSocket = (
  options: ConnectionOptions,
  token: string,
  runtime: Runtime,
): Promise<boolean> =>
  new Promise((resolve) => {
    const Socket = options.WebSocket ?? globalThis.WebSocket;
    const url = new URL(addressOf({ ...options, topics: [] }, null));
    // Nothing is sent but `connected`.
    url.searchParams.set('resume', 'inband');
    const socket: SocketLike = new Socket(url.href, protocolsFor(token));
    const timer = createTimer(runtime);
    const decide = (works: boolean) => {
      timer.clear();
      if (socket.terminate) socket.terminate();
      else socket.close(1000);
      resolve(works);
    };
    timer.set(ANSWER_MS, () => decide(false));
    socket.addEventListener('error', () => {});
    socket.addEventListener('message', () => decide(true));
    socket.addEventListener('close', ({ code }) => decide(code !== ABNORMAL));
  });
