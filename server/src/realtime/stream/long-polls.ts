import { Injectable } from '@nestjs/common';
import { CLOSE, type CloseName, MAX_POLL_EVENTS } from '@wardbell/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RelayPool } from '../../database/pools.js';
import { type Principal, streamRoleOf } from '../../database/principal.js';
import { Problem } from '../../platform/errors/problem.js';
import type { Verdict } from '../connections/admission.js';
import { DeliveryRecorder } from '../connections/delivery-recorder.js';
import { Client } from '../gateway/client.js';
import { Clients, chooseTopics, type Opening } from '../gateway/clients.js';
import { CLOSE_OF_VERDICT, Refusal } from '../gateway/refusal.js';
import { WEBSOCKET } from '../hub/framing.js';
import { Hub } from '../hub/hub.js';
import { Subscription } from '../hub/subscription.js';
import { POLL_FRAMING, PollSink } from './poll-sink.js';
import { problemOf } from './refusal-problem.js';

/** Events of one answer; the first is always part of it. */
const MAX_ANSWER_BYTES = 1024 * 1024;
/** Reads of the log for one answer: a filter may leave out nearly all of what is read. */
const MAX_READS = 20;
const DONE = 1000;

/** Whether a principal may still act, and the newest number of its tenant: one statement for each answer. */
const JUDGE_AND_HEAD = {
  name: 'judge_and_head',
  text: `SELECT wardbell.principal_verdict($1::uuid, $2, $3, $4::uuid) AS verdict, h.seq AS head
         FROM (SELECT) one LEFT JOIN wardbell.tenant_head h ON h.tenant_id = $1::uuid`,
};

interface Listener {
  readonly principal: Principal;
  readonly tenantId: string;
  readonly subscription: Subscription;
  readonly epoch: string;
}

interface Page {
  readonly events: readonly Buffer[];
  /** Everything up to this number was looked at. */
  readonly seq: number;
  readonly isUpToDate: boolean;
}

/** What a client asks a poll for. */
export interface PollQuery {
  readonly since?: number | undefined;
  readonly epoch?: string | undefined;
  /** Seconds. */
  readonly wait: number;
}

/** Long polls: events are read from the log, as the role may see them; only a poll that waits has a session. */
@Injectable()
export class LongPolls {
  constructor(
    private readonly clients: Clients,
    private readonly hub: Hub,
    private readonly relay: RelayPool,
    private readonly deliveries: DeliveryRecorder,
  ) {}

  /**
   * The events after a position, as JSON; waits for one while there is none.
   * @throws Problem 410 when the position cannot be served
   */
  async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: Pick<Opening, 'handshake' | 'authenticate'>,
    { since, epoch, wait }: PollQuery,
  ): Promise<Buffer> {
    const untilMs = performance.now() + wait * 1_000;
    try {
      const principal = await this.clients.identify({ ...asked, address: request.ip });
      const { tenantId } = principal;
      // the logs of all tenants have no one position
      if (tenantId === null) throw new Problem('not_acceptable');
      const topics = topicsFor(request, asked.handshake, principal);
      const subscription = Subscription.of(streamRoleOf(principal), topics, asked.handshake.types, WEBSOCKET);
      this.clients.streamOpened(principal, POLL_FRAMING.transport, topics);
      const listener: Listener = { principal, tenantId, subscription, epoch: this.hub.epoch };
      if (since !== undefined && epoch !== listener.epoch) {
        throw this.#resync('epoch', await this.#head(listener));
      }
      let page = await this.#read(listener, since);
      const from = since ?? page.seq;
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      while (page.events.length === 0 && page.isUpToDate && !gone.signal.aborted) {
        const leftMs = untilMs - performance.now();
        if (leftMs <= 0) break;
        const ended = await this.#wait(request, asked, listener, page.seq, leftMs, gone.signal);
        page = await this.#read(listener, page.seq);
        if (ended) break;
      }
      reply.header('content-type', 'application/json; charset=utf-8');
      if (page.events.length > 0) {
        const { seq } = page;
        reply.raw.once('finish', () => this.deliveries.polled(principal, subscription, from, seq));
      }
      return encode(page, listener.epoch);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw problemOf(this.clients.refused(error, request.id));
    }
  }

  /**
   * Waits as a connection for an event after `since`.
   * @returns true when the server wants the wait to end without one
   * @throws Refusal when the client may not wait, or no longer
   */
  async #wait(
    request: FastifyRequest,
    { handshake, authenticate }: Pick<Opening, 'handshake' | 'authenticate'>,
    { principal, epoch }: Listener,
    since: number,
    maxMs: number,
    abort: AbortSignal,
  ): Promise<boolean> {
    const sink = new PollSink();
    const opening: Opening = {
      handshake: { ...handshake, resume: { epoch, since }, errors: [] },
      address: request.ip,
      requestId: request.id,
      sink,
      framing: POLL_FRAMING,
      authenticate,
    };
    this.clients.transportOpened();
    let code = DONE;
    try {
      const opened = await this.clients.enter(opening, principal);
      const client = new Client(opened.session);
      try {
        this.clients.welcome(client, opened, opening);
        await sink.wait(maxMs, abort);
      } finally {
        code = sink.closed?.code ?? DONE;
        this.clients.leave(client, code);
      }
    } finally {
      this.clients.transportClosed(code);
    }
    const { closed } = sink;
    if (closed === undefined) return false;
    // a poll ends anyway: its client comes back to another instance
    if (closed.action === 'restart') return true;
    const name = CLOSE_NAMES.find((each) => CLOSE[each] === closed) ?? 'tryAgainLater';
    throw new Refusal(name, principal.tenantId);
  }

  /** @throws Refusal when the principal may no longer act */
  async #head({ principal, tenantId }: Pick<Listener, 'principal' | 'tenantId'>): Promise<number> {
    const { userId, role, sessionId } = principal;
    const [row] = await this.relay.query<{ verdict: Verdict; head: string | null }>(JUDGE_AND_HEAD, [
      tenantId,
      userId,
      role,
      sessionId,
    ]);
    const verdict = row?.verdict ?? 'unknown_tenant';
    if (verdict !== 'ok') throw new Refusal(CLOSE_OF_VERDICT[verdict], tenantId);
    return Number(row?.head ?? 0);
  }

  async #read(listener: Listener, since: number | undefined): Promise<Page> {
    const { principal, tenantId, subscription } = listener;
    const head = await this.#head(listener);
    let seq = since ?? head;
    if (seq > head) throw this.#resync('ahead', head);
    const events: Buffer[] = [];
    let bytes = 0;
    for (let reads = 0; seq < head && reads < MAX_READS; reads++) {
      const entries = await this.hub.readLog(tenantId, seq);
      if (this.hub.epoch !== listener.epoch) throw this.#resync('epoch', await this.#head(listener));
      if (entries.length === 0) throw this.#resync('retention', head);
      for (const entry of entries) {
        if (entry.seq > head) break;
        if (subscription.acceptsFor(entry, principal.userId)) {
          const text = entry.text(subscription.viewFor(entry, principal.userId));
          const isFull = events.length === MAX_POLL_EVENTS || bytes + text.length > MAX_ANSWER_BYTES;
          if (isFull && events.length > 0) return { events, seq, isUpToDate: false };
          events.push(text);
          bytes += text.length;
        }
        seq = entry.seq;
      }
    }
    return { events, seq, isUpToDate: seq >= head };
  }

  #resync(reason: 'epoch' | 'ahead' | 'retention', seq: number): Problem {
    return new Problem('resync_required', { members: { reason, seq, epoch: this.hub.epoch } });
  }
}

/** @throws Refusal, whose problem is recorded as that of the principal */
function topicsFor(
  request: FastifyRequest,
  handshake: Opening['handshake'],
  principal: Principal,
): ReturnType<typeof chooseTopics> {
  try {
    return chooseTopics(handshake, principal);
  } catch (error) {
    request.principal = principal;
    throw error;
  }
}

const CLOSE_NAMES = Object.keys(CLOSE).filter((name): name is CloseName => Object.hasOwn(CLOSE, name));

const COMMA = Buffer.from(',');

const encode = ({ events, seq, isUpToDate }: Page, epoch: string): Buffer => {
  const rest = JSON.stringify({ seq, epoch, up_to_date: isUpToDate });
  return Buffer.concat([
    Buffer.from('{"events":['),
    ...events.flatMap((event, index) => (index === 0 ? [event] : [COMMA, event])),
    Buffer.from(`],${rest.slice(1)}`),
  ]);
};
