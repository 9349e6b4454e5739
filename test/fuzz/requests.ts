import { Agent, request as send } from 'node:http';
import { connect } from 'node:net';
import { type Endpoint, endpoints } from '@wardbell/contract';
import type { Random } from '../faults/support/random.js';
import type { Cast } from './cast.js';
import type { Findings } from './findings.js';
import { mutateBytes, mutateText, mutateValue, textOf } from './mutate.js';
import { fieldsFor, sampleFor } from './samples.js';

/** A request that is not answered by then is a finding. A wait of a long poll may take 30 s. */
const ANSWER_WITHIN_MS = 60_000;
/** How long a request of broken bytes waits for what may not come. */
const BROKEN_WAIT_MS = 150;
/** Requests whose bytes themselves are changed, which need a connection each. */
const BROKEN_SHARE = 0.1;
const STATUS_LINE = /^HTTP\/1\.1 (\d{3}) /;

interface Shape {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const FILES = [
  '/',
  '/health',
  '/metrics',
  '/health/ready',
  '/api/docs',
  '/api/v1/openapi.json',
  '/dapr/subscribe',
];
const HEADERS = [
  'if-match',
  'idempotency-key',
  'content-type',
  'accept',
  'x-request-id',
  'origin',
  'cookie',
  'traceparent',
  'last-event-id',
  'x-forwarded-for',
  'content-encoding',
  'expect',
];

/** Sends requests that are nearly right, and some whose bytes are broken. */
export class RequestFuzzer {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });
  readonly statuses = new Map<number, number>();

  constructor(
    private readonly port: number,
    private readonly random: Random,
    private readonly findings: Findings,
  ) {}

  async sendOne(cast: Cast): Promise<void> {
    const shape = this.#shape(cast);
    if (this.random.isTrue(BROKEN_SHARE)) return this.#sendBroken(shape);
    const status = await this.#sendShape(shape);
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (status >= 500 && status !== 503) this.findings.add(`status ${status}`, JSON.stringify(shape));
    if (status === 0) this.findings.add('no answer', JSON.stringify(shape));
  }

  end(): void {
    this.#agent.destroy();
  }

  #shape(cast: Cast): Shape {
    const { random } = this;
    const endpoint = random.pick(endpoints);
    const isFile = random.isTrue(0.03);
    const token = random.pick(cast.tokens);
    const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
    if (endpoint.body !== undefined) headers['content-type'] = 'application/json';
    if (random.isTrue(0.3)) {
      const value = random.pick([
        '"1"',
        'W/"0"',
        '*',
        'application/json',
        'text/event-stream',
        'gzip',
        '100-continue',
        'http://127.0.0.1:9',
      ]);
      headers[random.pick(HEADERS)] = headerText(random.isTrue(0.5) ? value : mutateText(value, random));
    }
    return {
      method: random.isTrue(0.05)
        ? random.pick(['HEAD', 'OPTIONS', 'TRACE', 'PUT', 'PROPFIND'])
        : endpoint.method,
      path: isFile ? pathText(mutateText(random.pick(FILES), random)) : this.#path(endpoint, cast),
      headers,
      body: this.#body(endpoint),
    };
  }

  #path(endpoint: Endpoint, { ids }: Cast): string {
    const { random } = this;
    const id = (): string => {
      const known = random.pick(ids);
      return encodeURIComponent(wellFormed(random.isTrue(0.3) ? mutateText(known, random) : known));
    };
    const path = `/api/v1${endpoint.path.replace(/:\w+/g, id)}`;
    if (endpoint.query === undefined || random.isTrue(0.3)) return pathText(path);
    const fields = random.some(fieldsFor(endpoint.query), 3);
    const values = fields.map((field) => [
      field,
      textOf(mutateValue(random.pick([...ids, '1', 'true']), random)),
    ]);
    const query = new URLSearchParams(values.map(([name = '', value = '']) => [name, wellFormed(value)]));
    // a poll may wait for 30 s, and an event stream for ever
    query.delete('wait');
    const text = query.toString();
    return pathText(`${path}?${random.isTrue(0.1) ? mutateText(text, random) : text}`);
  }

  #body({ body }: Endpoint): string {
    const { random } = this;
    if (body === undefined) return '';
    const value = sampleFor(body, random.isTrue(0.6));
    if (random.isTrue(0.2)) return JSON.stringify(value);
    const text = JSON.stringify(mutateValue(value, random)) ?? '';
    return random.isTrue(0.1) ? mutateText(text, random) : text;
  }

  /** @returns the status, or 0 without an answer */
  #sendShape({ method, path, headers, body }: Shape): Promise<number> {
    return new Promise((resolve) => {
      let status: number | undefined;
      const hasBody = body !== '' && method !== 'TRACE';
      const request = send(
        {
          agent: this.#agent,
          host: '127.0.0.1',
          port: this.port,
          method,
          path,
          headers: { ...headers, ...(hasBody ? { 'content-length': Buffer.byteLength(body) } : {}) },
          timeout: ANSWER_WITHIN_MS,
        },
        (response) => {
          status = response.statusCode;
          const isStream = /event-stream/.test(String(response.headers['content-type']));
          if (isStream) request.destroy();
          else response.resume();
          response.once('close', () => resolve(response.statusCode ?? 0));
        },
      );
      request.once('timeout', () => request.destroy());
      request.once('error', (error: NodeJS.ErrnoException) =>
        // An answer whose end could not be read is one: that to broken HEAD requests has a body, as their method is not
        // known. The server may close a kept connection at the moment in which it is used again.
        resolve(status ?? (error.code === 'ECONNRESET' ? -1 : 0)),
      );
      request.end(hasBody ? body : undefined);
    });
  }

  /** Broken bytes may be half a request: whatever comes within a moment is taken. */
  #sendBroken({ method, path, headers, body }: Shape): Promise<void> {
    const lines = Object.entries({
      host: 'localhost',
      ...headers,
      'content-length': String(Buffer.byteLength(body)),
    });
    const head = `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
    const bytes = mutateBytes(Buffer.from(head + body), this.random);
    return new Promise((resolve) => {
      const socket = connect({ port: this.port, host: '127.0.0.1' }, () => socket.write(bytes));
      const timer = setTimeout(() => socket.destroy(), BROKEN_WAIT_MS);
      let answer = '';
      socket.on('data', (data) => {
        if (answer.length < 4_096) answer += data.toString('latin1');
        const status = Number(STATUS_LINE.exec(answer)?.[1] ?? 0);
        if (status >= 500 && status !== 503 && status !== 505 && status !== 501)
          this.findings.add(`status ${status} to broken bytes`, bytes.toString('latin1'));
        if (status > 0) socket.destroy();
      });
      socket.on('error', () => undefined);
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

const wellFormed = (text: string): string => text.toWellFormed();
/** What Node's client lets pass. */
const headerText = (text: string): string =>
  text.replace(/[^\u0020-\u007e\u00a0-\u00ff]/g, '?').slice(0, 4_000);
const pathText = (text: string): string => text.replace(/[^\u0021-\u007e]/g, encodeChar).slice(0, 8_000);
const encodeChar = (char: string): string => encodeURIComponent(char.toWellFormed());
