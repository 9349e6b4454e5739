import { RESTRICTABLE_TYPES, type Topic, topicOf, type View } from '@wardbell/contract';
import { eventText, type LogEvent } from '../../database/log-event.js';
import { toUserId } from '../../platform/uuid.js';
import { encodeTextFrame, payloadOf } from './frames.js';

/** Objects, strings and frames of an event weigh about this many times its JSON. */
const MEMORY_FACTOR = 4;
const MEMORY_BASE_BYTES = 600;

/**
 * An event in memory. The clinical frame is encoded when the ring stores the event, because its size is the ring's unit;
 * other views and framings when a session first needs them, each once.
 */
export class Entry {
  readonly tenantId: string;
  readonly seq: number;
  readonly type: string;
  readonly topic: Topic;
  /** Users it is for; null when no users were named. */
  readonly userIds: ReadonlySet<string> | null;
  /** Roles it is for; null when no roles were named. */
  readonly roles: ReadonlySet<string> | null;
  /** Users who may see the restricted patient that it is about, besides tenant admins; null for all other events. */
  readonly readers: ReadonlySet<string> | null;
  /** What it is part of, while somebody traces. */
  readonly trace: string | undefined;
  /** Milliseconds since 1970, by the clock of the database. */
  readonly writtenMs: number;
  #clinical: Buffer | undefined;
  #frontDesk: Buffer | undefined;
  #restricted: Buffer | undefined;
  #super: Buffer | undefined;
  /** Other framings than the plain one, by framing and view; made when a session has one. */
  #framed: Map<string, Buffer> | undefined;
  #event: LogEvent;
  #memoryBytes = 0;

  constructor(event: LogEvent) {
    this.#event = event;
    this.tenantId = event.tenantId;
    this.seq = event.seq;
    this.trace = event.trace;
    this.type = event.type;
    this.topic = topicOf(event.type);
    this.userIds =
      event.audience && 'user_ids' in event.audience ? new Set(event.audience.user_ids.map(toUserId)) : null;
    this.roles = event.audience && 'roles' in event.audience ? new Set(event.audience.roles) : null;
    this.readers = readersOf(event);
    this.writtenMs = event.timestamp.getTime();
  }

  get id(): string {
    return this.#event.id;
  }

  get isNotice(): boolean {
    return this.type === 'system_notification';
  }

  /** Id of the notice that it tells of; undefined for all other events. */
  get noticeId(): string | undefined {
    if (!this.isNotice) return undefined;
    const { id }: { id?: unknown } = { ...Object(JSON.parse(this.#event.data)) };
    return typeof id === 'string' ? id : undefined;
  }

  /** The bytes of this event for those who have this view. */
  frame(view: View): Buffer {
    switch (view) {
      case 'clinical':
        this.#clinical ??= this.#encode(view);
        return this.#clinical;
      case 'front_desk':
        this.#frontDesk ??= this.#encode(view);
        return this.#frontDesk;
      case 'restricted':
        this.#restricted ??= this.#encode(view);
        return this.#restricted;
      case 'super':
        this.#super ??= this.#encode(view);
        return this.#super;
    }
  }

  /**
   * The same in another framing.
   * @param encode makes its bytes of the JSON text
   */
  framed(framing: string, view: View, encode: (text: Buffer) => Buffer): Buffer {
    this.#framed ??= new Map();
    const key = `${framing} ${view}`;
    let bytes = this.#framed.get(key);
    if (bytes === undefined) {
      bytes = encode(this.text(view));
      this.#framed.set(key, bytes);
    }
    return bytes;
  }

  /** The JSON text of this event for those who have this view, as bytes that must not be changed. */
  text(view: View): Buffer {
    return payloadOf(this.frame(view));
  }

  /** Size of the largest frame, uncompressed. */
  get frameBytes(): number {
    return this.frame('clinical').length;
  }

  /** What it weighs in a ring, roughly. */
  get memoryBytes(): number {
    if (this.#memoryBytes === 0) {
      this.#memoryBytes = MEMORY_BASE_BYTES + MEMORY_FACTOR * this.frameBytes;
    }
    return this.#memoryBytes;
  }

  #encode(view: View): Buffer {
    return encodeTextFrame(eventText(this.#event, view));
  }
}

/** Costs a search in the text; only events of restricted patients are parsed. */
const readersOf = ({ type, data }: LogEvent): ReadonlySet<string> | null => {
  if (!RESTRICTABLE_TYPES.has(type) || !data.includes('"restricted"')) return null;
  const { restricted, restricted_to }: { restricted?: unknown; restricted_to?: unknown } = {
    ...Object(JSON.parse(data)),
  };
  if (restricted !== true) return null;
  return new Set(Array.isArray(restricted_to) ? restricted_to.map(String) : []);
};
