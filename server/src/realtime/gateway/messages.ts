import { Injectable } from '@nestjs/common';
import { CLOSE, ClientMessage } from '@wardbell/contract';
import { RelayPool } from '../../database/pools.js';
import { type Principal, streamRoleOf, streamTopicsOf } from '../../database/principal.js';
import { TokenService } from '../../identity/auth/token.service.js';
import { TokenError } from '../../identity/auth/token-error.js';
import { SessionActivity } from '../../identity/sessions/session-activity.js';
import { Metrics } from '../../platform/metrics/metrics.js';
import { LocalSessions } from '../connections/local-sessions.js';
import { encodeFrame, encodeTextFrame } from '../hub/frames.js';
import { Hub } from '../hub/hub.js';
import { Subscription } from '../hub/subscription.js';
import { ObjectPresence } from '../objects/object-presence.js';
import type { Client } from './client.js';
import { DeadlineWheel } from './deadline-wheel.js';
import type { SocketClient } from './socket-client.js';

const PONG_TEXT = encodeTextFrame('pong');
const PONG_JSON = encodeFrame({ type: 'pong' });

const VERDICT = {
  name: 'principal_verdict',
  text: `SELECT wardbell.principal_verdict($1, $2, $3, $4) AS verdict, pg_current_snapshot()::text AS snapshot`,
};

/** Messages that are answered with an `error` frame, and what they say. None repeats what was sent. */
const ERRORS = {
  invalid_message: 'This message was not understood',
  invalid_since: 'since must be the number of an event; the stream starts anew',
  invalid_types: 'Some names in types are not names of event types and were left out',
  since_needs_tenants: 'A super admin resumes in band, with a number for each tenant',
  topic_not_allowed: 'Some topics are not for your role and were left out',
  resume_not_expected: 'resume comes once, on a connection opened with resume=inband',
  resume_needs_number: 'since must be a number',
  object_not_found: 'Some objects are not there, or not for you, and were left out',
  working_on_refused: 'Only users of a clinic are shown at objects',
  token_refused: 'The new token is not valid for this connection',
  unavailable: 'The server cannot answer now; try again',
} as const;
export type MessageError = keyof typeof ERRORS;

/** Tells a client that something it sent was not understood. */
export const sendError = (client: Client, code: MessageError): void =>
  client.session.send({ type: 'error', data: { code, message: ERRORS[code] } });

/** Handles the messages of clients. Events are published over HTTP only. */
@Injectable()
export class Messages {
  constructor(
    private readonly hub: Hub,
    private readonly wheel: DeadlineWheel,
    private readonly tokens: TokenService,
    private readonly relay: RelayPool,
    private readonly localSessions: LocalSessions,
    private readonly metrics: Metrics,
    private readonly activity: SessionActivity,
    private readonly objects: ObjectPresence,
  ) {}

  /** Handles a text message. Never throws. */
  receive(client: SocketClient, text: string): void {
    this.metrics.received.inc();
    if (!client.mayMessage()) return;
    if (text === 'ping') return this.#pong(client, PONG_TEXT);
    const message = parse(text);
    switch (message?.type) {
      case undefined:
        return sendError(client, 'invalid_message');
      case 'ping':
        return this.#pong(client, PONG_JSON);
      case 'active':
        return this.activity.touch(client.session.principal.sessionId);
      case 'refresh':
        return void this.#refresh(client, message.token);
      case 'subscribe':
        return this.#subscribe(client, message);
      case 'resume':
        return this.#resume(client, message);
      case 'working_on':
        return this.#workOn(client, message);
    }
  }

  #pong(client: SocketClient, frame: Buffer): void {
    client.sink.writeNow(frame);
    this.metrics.sent('pong');
  }

  #subscribe(
    client: SocketClient,
    { topics, types, log_level: logLevel }: Extract<ClientMessage, { type: 'subscribe' }>,
  ): void {
    const { session } = client;
    if (logLevel !== undefined && session.tenantId === null) this.hub.logs.setLevel(session, logLevel);
    if (topics === undefined && types === undefined) return;
    const allowed = streamTopicsOf(session.principal);
    if (topics?.some((topic) => !allowed.includes(topic))) sendError(client, 'topic_not_allowed');
    const subscription = Subscription.of(
      streamRoleOf(session.principal),
      topics ?? session.subscription.topics,
      types === undefined ? session.subscription.types : types.length > 0 ? types : null,
      session.subscription.framing,
    );
    this.hub.resubscribe(session, subscription);
  }

  #workOn(client: SocketClient, { objects, tab = '' }: Extract<ClientMessage, { type: 'working_on' }>): void {
    const refused = () => sendError(client, 'object_not_found');
    if (!this.objects.state(client.session, tab, objects, refused)) sendError(client, 'working_on_refused');
  }

  #resume(client: SocketClient, { epoch, since }: Extract<ClientMessage, { type: 'resume' }>): void {
    const { session } = client;
    if (client.resumeByMs === 0) return sendError(client, 'resume_not_expected');
    if ((typeof since === 'number') !== (session.tenantId !== null)) {
      return sendError(client, session.tenantId === null ? 'since_needs_tenants' : 'resume_needs_number');
    }
    client.resumeByMs = 0;
    this.wheel.schedule(client);
    this.hub.start(session, { epoch, since });
  }

  async #refresh(client: SocketClient, token: string): Promise<void> {
    const { session } = client;
    const old = session.principal;
    let principal: Principal;
    try {
      principal = await this.tokens.verify(token, old.address);
    } catch (error) {
      const away = !(error instanceof TokenError) || error.kind === 'unavailable';
      return sendError(client, away ? 'unavailable' : 'token_refused');
    }
    // Another person, tenant or role is another stream: that takes another connection.
    if (
      principal.userId !== old.userId ||
      principal.tenantId !== old.tenantId ||
      principal.role !== old.role
    ) {
      return sendError(client, 'token_refused');
    }
    let snapshot: string;
    try {
      const [row] = await this.relay.query<{ verdict: string; snapshot: string }>(VERDICT, [
        principal.tenantId,
        principal.userId,
        principal.role,
        principal.sessionId,
      ]);
      if (row?.verdict === 'tenant_suspended') return client.sink.close(CLOSE.tenantSuspended);
      if (row?.verdict === 'locked') return client.sink.close(CLOSE.sessionLocked);
      if (row?.verdict !== 'ok') return client.sink.close(CLOSE.accessRevoked);
      snapshot = row.snapshot;
    } catch {
      return sendError(client, 'unavailable');
    }
    if (session.state === 'closed') return;
    // a disconnect order may have been executed after this verdict was read: `adopt` checks it against the snapshot
    const refusal = this.localSessions.adopt(session, principal, snapshot);
    if (refusal) return client.sink.close(CLOSE[refusal]);
    client.renewed();
    this.wheel.schedule(client);
    session.send({ type: 'refreshed', data: { expires_at: new Date(principal.expiresAtMs).toISOString() } });
  }
}

const parse = (text: string): ClientMessage | undefined => {
  try {
    return ClientMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};
