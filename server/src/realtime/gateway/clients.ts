import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CLOSE, RESUME_TIMEOUT_MS, Topic, type Transport } from '@wardbell/contract';
import { AccessLog } from '../../database/access-log.js';
import { type Principal, streamRoleOf, streamTopicsOf } from '../../database/principal.js';
import { TokenService } from '../../identity/auth/token.service.js';
import { TokenError } from '../../identity/auth/token-error.js';
import { Config } from '../../platform/config/config.js';
import { errorFields } from '../../platform/log/error-fields.js';
import { Log } from '../../platform/log/log.js';
import { Metrics } from '../../platform/metrics/metrics.js';
import { refusalReason } from '../../platform/metrics/refusal-reason.js';
import { Admission, type Admitted } from '../connections/admission.js';
import { LocalSessions } from '../connections/local-sessions.js';
import { Usage } from '../connections/usage.js';
import type { Framing } from '../hub/framing.js';
import { Hub } from '../hub/hub.js';
import { Session, type SessionHost, type Sink } from '../hub/session.js';
import { Subscription } from '../hub/subscription.js';
import { ObjectPresence } from '../objects/object-presence.js';
import type { Client } from './client.js';
import { ConnectRate } from './connect-rate.js';
import { DeadlineWheel } from './deadline-wheel.js';
import { type Handshake, isOriginAllowed } from './handshake.js';
import { sendError } from './messages.js';
import { CLOSE_OF_VERDICT, Refusal } from './refusal.js';
import { type TenantRate, TenantRates } from './tenant-rate.js';

/** A client that asks to be let in. */
export interface Opening {
  readonly handshake: Handshake;
  readonly address: string;
  readonly requestId: string;
  readonly sink: Sink;
  readonly framing: Framing;
  /** Answers who it is. @throws TokenError, Refusal */
  authenticate(address: string): Principal | Promise<Principal>;
}

/** A session that was let in and attached; nothing was sent to it yet. */
export interface Opened {
  readonly session: Session;
  readonly admitted: Admitted;
  /** Null for super admins. */
  readonly tenantRate: TenantRate | null;
  /** The number for its `connected` frame; null for super admins. */
  readonly seq: number | null;
}

/** Admits and removes clients of all transports: from a handshake to a session in the hub, and out again. */
@Injectable()
export class Clients {
  readonly #sessionHost: SessionHost;
  #isDraining = false;
  #openTransports = 0;

  constructor(
    private readonly config: Config,
    private readonly tokens: TokenService,
    private readonly rate: ConnectRate,
    private readonly tenantRates: TenantRates,
    private readonly admission: Admission,
    private readonly localSessions: LocalSessions,
    private readonly usage: Usage,
    private readonly hub: Hub,
    private readonly wheel: DeadlineWheel,
    private readonly metrics: Metrics,
    private readonly log: Log,
    private readonly accesses: AccessLog,
    private readonly objects: ObjectPresence,
  ) {
    admission.onEvicted((id, close) => localSessions.sessions.get(id)?.sink.close(CLOSE[close]));
    this.#sessionHost = {
      unsent: hub.unsent,
      overflowed: hub.pause,
      sent: (type, frames) => metrics.sent(type, frames),
    };
  }

  /** Refuses new clients with `serviceRestart` from now on. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Connections that are not wholly closed yet, also those whose peers do not answer. */
  get openTransports(): number {
    return this.#openTransports;
  }

  /** Counts a connection until `transportClosed`, whether it is let in or not. */
  transportOpened(): void {
    this.#openTransports++;
  }

  transportClosed(code: number): void {
    this.#openTransports--;
    this.metrics.closedWith(code);
  }

  /**
   * Authenticates and admits a client and attaches its session.
   * @throws Refusal
   */
  async open(opening: Opening): Promise<Opened> {
    return this.enter(opening, await this.identify(opening));
  }

  /**
   * The part of `open` that follows `identify`.
   * @throws Refusal
   */
  async enter(opening: Opening, principal: Principal): Promise<Opened> {
    try {
      return await this.#enter(opening, principal);
    } catch (error) {
      if (error instanceof Refusal) this.#recordRefusal(principal, error);
      throw error;
    }
  }

  #recordRefusal(principal: Principal, { close }: Refusal): void {
    const { code } = CLOSE[close];
    if (code === 4403 || code === 4429)
      this.accesses.refused(principal, { code: refusalReason(close), status: code });
  }

  /** A refusal of a principal, or of an address that has not said who it is; recorded in the audit log. */
  #refuse(whom: Principal | string, close: 'connectRate' | 'originNotAllowed'): Refusal {
    if (typeof whom !== 'string') {
      const refusal = new Refusal(close, whom.tenantId);
      this.#recordRefusal(whom, refusal);
      return refusal;
    }
    this.accesses.refusedAnonymous(whom, { code: refusalReason(close), status: CLOSE[close].code });
    return new Refusal(close);
  }

  async #enter({ handshake, address, sink, framing }: Opening, principal: Principal): Promise<Opened> {
    const topics = chooseTopics(handshake, principal);
    const subscription = Subscription.of(streamRoleOf(principal), topics, handshake.types, framing);
    const session = new Session(randomUUID(), principal, sink, subscription, this.#sessionHost);

    const admitted = await this.#admit(session, handshake);
    if (admitted.verdict === 'unknown_tenant') this.rate.refused(address);
    const isTenant = principal.tenantId !== null && admitted.verdict !== 'unknown_tenant';
    const tenantRate = isTenant ? this.tenantRates.rateFor(principal.tenantId, admitted) : null;
    if (admitted.verdict !== 'ok') throw new Refusal(CLOSE_OF_VERDICT[admitted.verdict], principal.tenantId);
    try {
      // a session added after the drain has listed its sessions would be closed without `server_restarting`
      if (this.#isDraining) throw new Refusal('serviceRestart', principal.tenantId);
      const refusal = this.localSessions.add(session, admitted.snapshot);
      if (refusal) throw new Refusal(refusal, principal.tenantId);
      const seq = await this.hub.attach(session, admitted.head);
      return { session, admitted, tenantRate, seq };
    } catch (error) {
      this.localSessions.remove(session);
      this.admission.release(session.id);
      if (error instanceof Refusal) throw error;
      this.log.warn('a session could not be attached', errorFields(error));
      throw new Refusal('tryAgainLater', principal.tenantId);
    }
  }

  /**
   * The part of `open` that needs no database: is this server taking clients, is the rate kept, who is it?
   * @throws Refusal
   */
  async identify({
    handshake,
    address,
    authenticate,
  }: Pick<Opening, 'handshake' | 'address' | 'authenticate'>): Promise<Principal> {
    if (this.#isDraining) throw new Refusal('serviceRestart');
    if (this.hub.staleness.isStale) throw new Refusal('tryAgainLater');
    if (!this.rate.attempt(address)) throw this.#refuse(address, 'connectRate');
    if (!isOriginAllowed(handshake, this.config.allowedOrigins))
      throw this.#refuse(address, 'originNotAllowed');
    const principal = await this.#authenticate(address, authenticate);
    if (!this.tenantRates.attempt(principal.tenantId)) throw this.#refuse(principal, 'connectRate');
    return principal;
  }

  /** Authenticates by an access token. @throws Refusal, TokenError */
  byToken({ token }: Handshake, address: string): Principal | Promise<Principal> {
    if (token === undefined) throw new Refusal('missingToken');
    return this.tokens.verify(token, address);
  }

  /** Sends `connected` and lets events flow, from where the client asks to resume. */
  welcome(client: Client, { seq }: Opened, { handshake, requestId }: Opening): void {
    const { session } = client;
    const { principal } = session;
    session.send({
      type: 'connected',
      message: 'Successfully connected to real-time notifications',
      data: {
        connection_id: session.id,
        tenant_id: principal.tenantId,
        seq,
        epoch: this.hub.epoch,
        heartbeat_interval: this.config.heartbeatIntervalS,
        expires_at: new Date(principal.expiresAtMs).toISOString(),
      },
    });
    if (seq === null) session.sendAll(this.hub.positions(session));
    const { framing, topics } = session.subscription;
    // long polls are recorded on arrival: one that is answered at once never gets here
    if (framing.transport !== 'long_poll')
      this.streamOpened(principal, framing.transport, topics, session.id);
    this.metrics.opened(principal.tenantId);
    this.usage.opened(principal.tenantId);
    this.log.info('client connected', {
      request_id: requestId,
      connection_id: session.id,
      tenant_id: principal.tenantId,
      user_id: principal.userId,
      role: principal.role,
      transport: session.subscription.framing.transport,
      topic: handshake.topics?.length === 1 ? handshake.topics[0] : 'all',
    });
    for (const error of handshake.errors) sendError(client, error);

    if (handshake.inband) client.resumeByMs = performance.now() + RESUME_TIMEOUT_MS;
    this.wheel.add(client);
    if (handshake.inband) return;
    const { resume } = handshake;
    if (resume === undefined) return this.hub.start(session);
    if (principal.tenantId === null) {
      sendError(client, 'since_needs_tenants');
      return this.hub.start(session);
    }
    // an invalid position is treated as one of another epoch: the client gets `resync_required`
    if (resume.since === undefined) return this.hub.start(session, { epoch: undefined, since: 0 });
    this.hub.start(session, { epoch: resume.epoch, since: resume.since });
  }

  /** Records in the audit log that a stream was opened; each long poll counts as one. */
  streamOpened(
    principal: Principal,
    transport: Transport,
    topics: Iterable<Topic>,
    connectionId?: string,
  ): void {
    this.accesses.read(principal, {
      action: 'stream.open',
      ...(connectionId === undefined ? {} : { objectType: 'connection', objectId: connectionId }),
      details: { transport, topics: [...topics].join(' ') },
    });
  }

  /** Counts and logs a client that is not let in, and says how to close its connection. */
  refused(error: unknown, requestId: string): Refusal {
    if (!(error instanceof Refusal)) this.log.error('a handshake failed', errorFields(error));
    const refusal = error instanceof Refusal ? error : new Refusal('tryAgainLater');
    const { code, reason } = CLOSE[refusal.close];
    this.metrics.rejected(refusal.close);
    this.usage.rejected(refusal.tenantId, refusal.close);
    this.log.info('client refused', { request_id: requestId, code, reason, tenant_id: refusal.tenantId });
    return refusal;
  }

  /** Takes a client out; a second call does nothing. */
  leave(client: Client, code: number): void {
    const { session } = client;
    if (session.state === 'closed') return;
    this.hub.detach(session);
    this.localSessions.remove(session);
    this.admission.release(session.id);
    this.objects.ended(session, code);
    this.wheel.remove(client);
    this.metrics.closed(session.tenantId);
    this.usage.closed(session.tenantId);
    this.log.info('client disconnected', {
      connection_id: session.id,
      tenant_id: session.tenantId,
      code,
      duration_ms: Math.round(performance.now() - client.connectedMs),
    });
  }

  async #authenticate(address: string, authenticate: Opening['authenticate']): Promise<Principal> {
    try {
      return await authenticate(address);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      const kind = error instanceof TokenError ? error.kind : 'unavailable';
      if (kind === 'unavailable') throw new Refusal('tryAgainLater');
      if (kind === 'revoked') throw new Refusal('accessRevoked');
      if (kind === 'expired') throw new Refusal('tokenExpired');
      this.rate.refused(address);
      throw new Refusal('authenticationFailed');
    }
  }

  async #admit(session: Session, handshake: Handshake): Promise<Admitted> {
    const endTimer = this.metrics.admissions.startTimer();
    try {
      return await this.admission.admit({
        connectionId: session.id,
        principal: session.principal,
        client: handshake.client,
        transport: session.subscription.framing.transport,
        topics: session.subscription.topics,
        previous: handshake.previous,
      });
    } catch (error) {
      this.log.warn('admission failed', errorFields(error));
      throw new Refusal('tryAgainLater', session.tenantId);
    } finally {
      endTimer();
    }
  }
}

/** @throws Refusal for one that the role may not see */
export const chooseTopics = (
  { topics }: Pick<Handshake, 'topics'>,
  principal: Principal,
): readonly Topic[] => {
  const allowed = streamTopicsOf(principal);
  if (allowed.length === 0) throw new Refusal('topicNotAllowed', principal.tenantId);
  if (topics === undefined) return allowed;
  const chosen = topics.map((topic) => Topic.safeParse(topic).data);
  return chosen.map((topic) => {
    if (topic === undefined || !allowed.includes(topic))
      throw new Refusal('topicNotAllowed', principal.tenantId);
    return topic;
  });
};
