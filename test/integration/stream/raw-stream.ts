import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { z } from 'zod';
import { eventually } from '../../support/wait.js';

const Message = z.looseObject({
  type: z.string(),
  seq: z.number().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});
export type Message = z.output<typeof Message>;

export interface StreamOptions {
  readonly token?: string | undefined;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An event stream read byte by byte, by a client that knows nothing of ours: what it shows is what was sent. */
export class RawStream {
  readonly messages: Message[] = [];
  /** The `data` of each message as text, in the order of `messages`. */
  readonly texts: string[] = [];
  /** The `id` that came with each message, in the order of `messages`. */
  readonly ids: (string | undefined)[] = [];
  readonly retries: number[] = [];
  comments = 0;
  /** The connection is over. */
  hasEnded = false;
  #rest = '';

  private constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#take(text));
    response.on('close', () => {
      this.hasEnded = true;
    });
    response.on('error', () => undefined);
  }

  static async open(baseUrl: string, { token, query, headers }: StreamOptions): Promise<RawStream> {
    const url = new URL('/api/v1/stream', baseUrl);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const sent = request(url, {
      agent: false,
      headers: {
        accept: 'text/event-stream',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
    });
    sent.end();
    const [response]: IncomingMessage[] = await once(sent, 'response');
    if (response === undefined) throw new Error('no response');
    return new RawStream(response);
  }

  get status(): number | undefined {
    return this.response.statusCode;
  }

  get headers(): IncomingHttpHeaders {
    return this.response.headers;
  }

  /** Messages that are events of a log, which are those with a number. */
  get events(): Message[] {
    return this.messages.filter(({ seq }) => seq !== undefined);
  }

  get seqs(): number[] {
    return this.events.map(({ seq }) => seq ?? 0);
  }

  /** Waits for the first message of this type, of those that came and those that come. */
  waitFor(type: string): Promise<Message> {
    return eventually(() => this.messages.find((message) => message.type === type), {
      what: `a message ${type} (got ${this.messages.map((message) => message.type)})`,
    });
  }

  /** Waits for the end; answers the message before it. */
  async closed(): Promise<Message | undefined> {
    await eventually(() => this.hasEnded, { what: 'the end of the stream' });
    return this.messages.at(-1);
  }

  close(): void {
    this.response.destroy();
  }

  #take(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) this.#takeBlock(block);
  }

  #takeBlock(block: string): void {
    let id: string | undefined;
    for (const line of block.split('\n')) {
      const [, name = '', value = ''] = /^([^:]*): ?(.*)$/s.exec(line) ?? [];
      if (name === '') this.comments++;
      else if (name === 'retry') this.retries.push(Number(value));
      else if (name === 'id') id = value;
      else if (name === 'data') {
        this.texts.push(value);
        this.ids.push(id);
        this.messages.push(Message.parse(JSON.parse(value)));
      } else throw new Error('a line that is no field of ours');
    }
  }
}

/** Opens a stream and waits for `connected`. */
export async function openStream(baseUrl: string, options: StreamOptions): Promise<RawStream> {
  const stream = await RawStream.open(baseUrl, options);
  await stream.waitFor('connected');
  return stream;
}
