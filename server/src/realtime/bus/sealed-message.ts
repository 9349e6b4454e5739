import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Audience } from '@wardbell/contract';
import { z } from 'zod';
import type { LogEvent } from '../../database/log-event.js';

/**
 * Messages of a bus that outsiders can read and write. Events contain PHI, and Redis shows arguments in MONITOR and in
 * its slow log. A client that can publish in Redis must not be able to forge events. So each message is encrypted and
 * authenticated with a key that only the instances of one installation and one epoch can derive.
 *
 * Layout: version (1 byte), sender (16), counter (8), length of the sealed header (4), sealed header, then one sealed
 * part for each tenant in the order of the header. Parts are opened individually, so an instance does not decrypt the
 * parts of tenants that it does not serve.
 */

const VERSION = 1;
const SENDER_BYTES = 16;
const COUNTER_AT = 1 + SENDER_BYTES;
const LENGTH_AT = COUNTER_AT + 8;
const PREFIX_BYTES = LENGTH_AT + 4;
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const ALGORITHM = 'aes-256-gcm';
/** Maximum number of cached sender keys. A sender is a process, so there are few. */
const MAX_SENDERS = 1_000;

/** `[tenant, head, bytes of the part]`; 0 bytes: the message had no room for the events. */
const Header = z.object({
  orders: z.boolean(),
  presence: z.boolean().default(false),
  objects: z.boolean().default(false),
  parts: z.array(z.tuple([z.string(), z.number(), z.number()])),
});

const Events = z.array(
  z.tuple([
    z.number(),
    z.string(),
    z.string(),
    z.string(),
    Audience.nullable(),
    z.number(),
    z.string().nullable(),
    z.string().nullable(),
    z.string().optional(),
  ]),
);

/** Encodes an event for a part. */
export const encodeEvent = (event: LogEvent): string => {
  const { seq, id, type, data, audience, timestamp, actorId, trace, cloudEvent } = event;
  const fields = [seq, id, type, data, audience, timestamp.getTime(), actorId, trace ?? null];
  // only where there is one, so that an instance of an earlier version can open all others
  return JSON.stringify(cloudEvent === undefined ? fields : [...fields, cloudEvent]);
};

/** What a message announces besides events. */
export interface Flags {
  readonly orders: boolean;
  readonly presence: boolean;
  readonly objects: boolean;
}

/** The part of a message about one tenant. */
export interface Part {
  readonly tenantId: string;
  readonly head: number;
  /** Events encoded by `encodeEvent`, in order. */
  readonly events: readonly string[];
}

export interface OpenedMessage extends Flags {
  readonly heads: ReadonlyMap<string, number>;
  /** Decrypts the part of a tenant. Empty when there is none or it was tampered with. */
  events(tenantId: string): readonly LogEvent[];
}

const keyOf = (secret: string, epoch: string, sender: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, sender, `wardbell bus ${epoch}`, 32));

/** The channel of one installation and epoch. Its name cannot be guessed without the secret. */
export const channelOf = (secret: string, epoch: string): string =>
  `wardbell:${Buffer.from(hkdfSync('sha256', secret, '', `wardbell bus channel ${epoch}`, 12)).toString('hex')}`;

const nonceOf = (counter: bigint): Buffer => {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeBigUInt64BE(counter, NONCE_BYTES - 8);
  return nonce;
};

/** Seals messages of this process. Each process has its own key, so a counter makes every nonce unique. */
export class Sealer {
  readonly #sender = randomBytes(SENDER_BYTES);
  readonly #key: Buffer;
  #counter = 0n;

  constructor(secret: string, epoch: string) {
    this.#key = keyOf(secret, epoch, this.#sender);
  }

  /** True when this process sealed the message. */
  isOwn(message: Buffer): boolean {
    return this.#sender.equals(message.subarray(1, COUNTER_AT));
  }

  seal({ orders, presence, objects }: Flags, parts: readonly Part[]): Buffer {
    const first = this.#counter;
    const bodies = parts.map(({ events }, index) =>
      events.length === 0
        ? Buffer.alloc(0)
        : this.#encrypt(first + 1n + BigInt(index), `[${events.join(',')}]`),
    );
    const header = this.#encrypt(
      first,
      JSON.stringify({
        orders,
        ...(presence ? { presence } : {}),
        ...(objects ? { objects } : {}),
        parts: parts.map(({ tenantId, head }, index) => [tenantId, head, bodies[index]?.length ?? 0]),
      }),
    );
    this.#counter = first + 1n + BigInt(parts.length);
    const prefix = Buffer.alloc(PREFIX_BYTES);
    prefix[0] = VERSION;
    this.#sender.copy(prefix, 1);
    prefix.writeBigUInt64BE(first, COUNTER_AT);
    prefix.writeUInt32BE(header.length, LENGTH_AT);
    return Buffer.concat([prefix, header, ...bodies]);
  }

  #encrypt(counter: bigint, text: string): Buffer {
    const cipher = createCipheriv(ALGORITHM, this.#key, nonceOf(counter));
    return Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }
}

/** Opens messages of other instances. */
export class Opener {
  readonly #keys = new Map<string, Buffer>();

  constructor(
    private readonly secret: string,
    private readonly epoch: string,
  ) {}

  /** Undefined for a message that was not sealed by an instance of this installation in this epoch. */
  open(message: Buffer): OpenedMessage | undefined {
    if (message.length < PREFIX_BYTES || message[0] !== VERSION) return undefined;
    const sender = message.subarray(1, COUNTER_AT);
    const counter = message.readBigUInt64BE(COUNTER_AT);
    const headerEnd = PREFIX_BYTES + message.readUInt32BE(LENGTH_AT);
    const key = this.#keyOf(sender);
    const header = decrypt(Header, key, counter, message.subarray(PREFIX_BYTES, headerEnd));
    if (!header) return undefined;
    this.#remember(sender, key);

    const parts = new Map<string, () => readonly LogEvent[]>();
    let at = headerEnd;
    header.parts.forEach(([tenantId, , bytes], index) => {
      const body = message.subarray(at, at + bytes);
      at += bytes;
      if (bytes > 0)
        parts.set(tenantId, () => decodeEvents(tenantId, key, counter + 1n + BigInt(index), body));
    });
    return {
      orders: header.orders,
      presence: header.presence,
      objects: header.objects,
      heads: new Map(header.parts.map(([tenantId, head]) => [tenantId, head])),
      events: (tenantId) => parts.get(tenantId)?.() ?? [],
    };
  }

  #keyOf(sender: Buffer): Buffer {
    return this.#keys.get(sender.toString('latin1')) ?? keyOf(this.secret, this.epoch, sender);
  }

  /** Caches only keys of authenticated senders, so that forged messages cannot evict those of real instances. */
  #remember(sender: Buffer, key: Buffer): void {
    const name = sender.toString('latin1');
    if (this.#keys.has(name)) return;
    if (this.#keys.size >= MAX_SENDERS) this.#keys.clear();
    this.#keys.set(name, key);
  }
}

const decodeEvents = (tenantId: string, key: Buffer, counter: bigint, body: Buffer): readonly LogEvent[] =>
  (decrypt(Events, key, counter, body) ?? []).map(
    ([seq, id, type, data, audience, writtenMs, actorId, trace, cloudEvent]) => ({
      tenantId,
      seq,
      id,
      type,
      data,
      audience,
      timestamp: new Date(writtenMs),
      actorId,
      ...(cloudEvent === undefined ? {} : { cloudEvent }),
      ...(trace === null ? {} : { trace }),
    }),
  );

const decrypt = <T extends z.ZodType>(
  schema: T,
  key: Buffer,
  counter: bigint,
  sealed: Buffer,
): z.output<T> | undefined => {
  if (sealed.length < TAG_BYTES) return undefined;
  const end = sealed.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv(ALGORITHM, key, nonceOf(counter), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(end));
    const text = decipher.update(sealed.subarray(0, end), undefined, 'utf8') + decipher.final('utf8');
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // forged or damaged; the sweep finds the events of a damaged one
  }
};
