import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import proxyAddress from '@fastify/proxy-addr';
import { WebSocketGateway } from '@nestjs/websockets';
import {
  CLOSE,
  type Close,
  type CloseName,
  DEFAULT_MESSAGES_PER_MINUTE,
  RESUME_TIMEOUT_MS,
  Topic,
  topicsOf,
} from '@wardbell/contract';
import type { RawData, WebSocket } from 'ws';
import { requestIds } from '../../api/requests/request-id.js';
import type { Principal } from '../../database/principal.js';
import { TokenService } from '../../identity/auth/token.service.js';
import { TokenError } from '../../identity/auth/token-error.js';
import { Config } from '../../platform/config/config.js';
import { errorFields } from '../../platform/log/error-fields.js';
import { Log } from '../../platform/log/log.js';
import { Metrics } from '../../platform/metrics/metrics.js';
import { Admission, type Admitted, type Verdict } from '../connections/admission.js';
import { LocalSessions } from '../connections/local-sessions.js';
import { Usage } from '../connections/usage.js';
import { Hub } from '../hub/hub.js';
import { Session, type SessionHost } from '../hub/session.js';
import { Subscription } from '../hub/subscription.js';
import { Client } from './client.js';
import { ConnectRate } from './connect-rate.js';
import { DeadlineWheel } from './deadline-wheel.js';
import { type Handshake, isOriginAllowed, readHandshake } from './handshake.js';
import { Messages, sendError } from './messages.js';
import { SocketSink } from './socket-sink.js';
import { TenantRates } from './tenant-rate.js';
import { TokenBucket } from './token-bucket.js';

/** A handshake that is refused: the socket is accepted and closed, so that a browser can read the code. */
class Refusal extends Error {
  constructor(
    readonly close: CloseName,
    /** Whose limit it was, once known. */
    readonly tenantId: string | null = null,
  ) {
    super(CLOSE[close].reason);
  }
}

const REFUSED: Readonly<Record<Exclude<Verdict, 'ok'>, CloseName>> = {
  unknown_tenant: 'authenticationFailed',
  tenant_suspended: 'tenantSuspended',
  revoked: 'accessRevoked',
  tenant_limit: 'tenantLimit',
  user_limit: 'userLimit',
};

/** Where sockets come in: from the upgrade to a session in the hub, and out again. */
@WebSocketGateway({ path: '/ws' })
export class Gateway {
  readonly #trusted: ReturnType<typeof proxyAddress.compile>;
  readonly #requestIdOf: (request: IncomingMessage) => string;
  readonly #sessionHost: SessionHost;
  #draining = false;
  #openSockets = 0;

  constructor(
    private readonly config: Config,
    private readonly tokens: TokenService,
    private readonly rate: ConnectRate,
    private readonly tenantRates: TenantRates,
    private readonly admission: Admission,
    private readonly localSessions: LocalSessions,
    private readonly usage: Usage,
    private readonly hub: Hub,
    private readonly messages: Messages,
    private readonly wheel: DeadlineWheel,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    this.#trusted = proxyAddress.compile([...config.trustedProxies]);
    this.#requestIdOf = requestIds(config.trustedProxies);
    admission.onEvicted((id, close) => localSessions.sessions.get(id)?.sink.close(CLOSE[close]));
    this.#sessionHost = { overflowed: hub.pause, sent: (type) => metrics.sent(type) };
  }

  /** From here on everybody is sent elsewhere. */
  drain(): void {
    this.#draining = true;
  }

  /** Sockets that are not wholly closed yet, those too whose close frame is not answered. */
  get openSockets(): number {
    return this.#openSockets;
  }

  /** Called by Nest for each accepted socket. */
  async handleConnection(ws: WebSocket, request: IncomingMessage): Promise<void> {
    const sink = new SocketSink(ws, request.socket);
    // Before the first await: a socket may fail or close at any moment.
    ws.on('error', () => undefined); // ws closes with the right code itself (1002, 1007, 1009)
    let client: Client | undefined;
    this.#openSockets++;
    ws.on('close', (received) => {
      this.#openSockets--;
      const code = sink.closeCode ?? received;
      this.metrics.closedWith(code);
      if (client) this.#leave(client, code);
    });
    const requestId = this.#requestIdOf(request);
    ws.pause(); // messages wait in the kernel until there is a session for them
    try {
      const { session, admitted, tenantRate, handshake, seq } = await this.#receive(sink, request);
      const admittedClient = new Client(
        session,
        sink,
        new TokenBucket(admitted.maxMessagesPerMinute ?? DEFAULT_MESSAGES_PER_MINUTE, performance.now()),
        tenantRate,
      );
      client = admittedClient;
      // whom we close is gone for us at once: a peer that does not answer must not hold its slot
      sink.onClose = (code) => this.#leave(admittedClient, code);
      ws.on('message', onMessage(this.messages, client));
      ws.on('ping', onPing(ws, client));
      ws.on('pong', onPong(client));
      this.#welcome(client, handshake, seq, requestId);
    } catch (error) {
      this.#refuse(sink, error, requestId);
    }
    sink.uncork();
    ws.resume();
    // it left while it was being received
    if (client && ws.readyState !== ws.OPEN) this.#leave(client, sink.closeCode ?? 1006);
  }

  /** Who it is, whether it may come in, and its place in the stream. */
  async #receive(sink: SocketSink, request: IncomingMessage) {
    const handshake = readHandshake(request);
    const address = proxyAddress(request, this.#trusted);
    if (this.#draining) throw new Refusal('serviceRestart');
    if (this.hub.staleness.isStale) throw new Refusal('tryAgainLater');
    if (!this.rate.attempt(address)) throw new Refusal('connectRate');
    if (!isOriginAllowed(handshake, this.config.allowedOrigins)) throw new Refusal('originNotAllowed');
    const principal = await this.#authenticate(handshake, address);
    const topics = chooseTopics(handshake, principal);
    if (!this.tenantRates.attempt(principal.tenantId)) throw new Refusal('connectRate', principal.tenantId);
    const session = new Session(
      randomUUID(),
      principal,
      sink,
      Subscription.of(principal.role, topics, handshake.types, sink.isDeflated),
      this.#sessionHost,
    );

    const admitted = await this.#admit(session, handshake);
    if (admitted.verdict === 'unknown_tenant') this.rate.refused(address);
    const isTenant = principal.tenantId !== null && admitted.verdict !== 'unknown_tenant';
    const tenantRate = isTenant ? this.tenantRates.learn(principal.tenantId, admitted) : null;
    if (admitted.verdict !== 'ok') throw new Refusal(REFUSED[admitted.verdict], principal.tenantId);
    try {
      // who was let in after the drain had counted its sockets would be cut off without a word
      if (this.#draining) throw new Refusal('serviceRestart', principal.tenantId);
      const refusal = this.localSessions.add(session, admitted.snapshot);
      if (refusal) throw new Refusal(refusal, principal.tenantId);
      const seq = await this.hub.attach(session, admitted.head);
      return { session, admitted, tenantRate, handshake, seq };
    } catch (error) {
      this.localSessions.remove(session);
      this.admission.release(session.id);
      if (error instanceof Refusal) throw error;
      this.log.warn('a socket could not join', errorFields(error));
      throw new Refusal('tryAgainLater', principal.tenantId);
    }
  }

  async #authenticate({ token }: Handshake, address: string): Promise<Principal> {
    if (token === undefined) throw new Refusal('missingToken');
    try {
      return await this.tokens.verify(token, address);
    } catch (error) {
      const kind = error instanceof TokenError ? error.kind : 'invalid';
      if (kind === 'unavailable') throw new Refusal('tryAgainLater');
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

  #welcome(client: Client, handshake: Handshake, seq: number | null, requestId: string): void {
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
    this.metrics.opened(principal.tenantId);
    this.usage.opened(principal.tenantId);
    this.log.info('socket connected', {
      request_id: requestId,
      connection_id: session.id,
      tenant_id: principal.tenantId,
      user_id: principal.userId,
      role: principal.role,
      topic: handshake.topic ?? 'all',
    });
    for (const complaint of handshake.complaints) sendError(client, complaint);

    if (handshake.inband) client.resumeByMs = performance.now() + RESUME_TIMEOUT_MS;
    this.wheel.add(client);
    if (handshake.inband) return;
    const { resume } = handshake;
    if (resume === undefined) return this.hub.start(session);
    if (principal.tenantId === null) {
      sendError(client, 'since_needs_tenants');
      return this.hub.start(session);
    }
    // a position that was not understood is another history's: the client loads its list again
    if (resume.since === undefined) return this.hub.start(session, { epoch: undefined, since: 0 });
    this.hub.start(session, { epoch: resume.epoch, since: resume.since });
  }

  #refuse(sink: SocketSink, error: unknown, requestId: string): void {
    if (!(error instanceof Refusal)) this.log.error('a handshake failed', errorFields(error));
    const refusal = error instanceof Refusal ? error : new Refusal('tryAgainLater');
    const close: Close = CLOSE[refusal.close];
    this.metrics.rejected(refusal.close);
    this.usage.rejected(refusal.tenantId, refusal.close);
    this.log.info('socket refused', {
      request_id: requestId,
      code: close.code,
      reason: close.reason,
      tenant_id: refusal.tenantId,
    });
    sink.close(close);
  }

  #leave(client: Client, code: number): void {
    const { session } = client;
    if (session.state === 'closed') return;
    this.hub.detach(session);
    this.localSessions.remove(session);
    this.admission.release(session.id);
    this.wheel.remove(client);
    this.metrics.closed(session.tenantId);
    this.usage.closed(session.tenantId);
    this.log.info('socket closed', {
      connection_id: session.id,
      tenant_id: session.tenantId,
      code,
      duration_ms: Math.round(performance.now() - client.connectedMs),
    });
  }
}

const chooseTopics = ({ topic }: Handshake, principal: Principal): readonly Topic[] => {
  const allowed = topicsOf(principal.role);
  if (topic === undefined) return allowed;
  const known = Topic.safeParse(topic);
  if (!known.success || !allowed.includes(known.data))
    throw new Refusal('topicNotAllowed', principal.tenantId);
  return [known.data];
};

const onMessage =
  (messages: Messages, client: Client) =>
  (data: RawData, isBinary: boolean): void => {
    if (client.session.state === 'closed') return; // sent before it read our close frame
    client.missedPings = 0;
    if (isBinary) return client.sink.cutOff(CLOSE.binaryFrame);
    messages.receive(client, data.toString());
  };

/** Each is answered by a pong; without a bound, one who never reads could fill our memory with them. */
const onPing =
  (ws: WebSocket, client: Client) =>
  (data: Buffer): void => {
    if (client.session.state === 'closed') return;
    client.missedPings = 0;
    if (client.mayMessage()) ws.pong(data);
  };

/** Those that answer no ping of ours count as messages. */
const onPong = (client: Client) => (): void => {
  if (client.session.state === 'closed') return;
  client.missedPings = 0;
  if (client.pongsDue > 0) client.pongsDue--;
  else client.mayMessage();
};
