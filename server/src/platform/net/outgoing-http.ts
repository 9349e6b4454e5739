import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { errorCode } from '../errors/error-code.js';
import { AddressRules } from './address-rules.js';

/** Bytes of an answer's body that are read, and dropped, before the connection is closed. */
const MAX_BODY_BYTES = 64 * 1024;
/** Time for the body of an answer whose status is known. */
const MAX_BODY_MS = 1_000;
const MAX_HEADER_BYTES = 16 * 1024;

/** Returns the addresses of a host name. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

const resolveHost: Resolve = (host) => lookup(host, { all: true, verbatim: true });

export type OutgoingFailure =
  | 'address_refused'
  | 'name_not_resolved'
  | 'timeout'
  | 'tls_failed'
  | 'connection_failed';

/** A request that got no answer. */
export class OutgoingError extends Error {
  override readonly name = 'OutgoingError';

  constructor(
    readonly reason: OutgoingFailure,
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }
}

export interface OutgoingRequest {
  readonly url: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
  /** For name, connection and status together. */
  readonly timeoutMs: number;
  /** Ends the request early. */
  readonly signal: AbortSignal;
}

export interface OutgoingAnswer {
  readonly status: number;
  /** Header `Retry-After`. */
  readonly retryAfter: string | undefined;
}

/**
 * Requests to URLs that tenants or others outside of the installation choose. A name is resolved once, its addresses are
 * checked, and the connection goes to a checked address: a name that resolves differently a moment later (DNS
 * rebinding) changes nothing. Redirects are not followed, and bodies of answers are dropped.
 */
@Injectable()
export class OutgoingHttp {
  readonly #rules: AddressRules;
  readonly #protocols: ReadonlySet<string>;

  constructor(
    { production, allowedNetworks }: Config,
    private readonly resolve: Resolve = resolveHost,
  ) {
    this.#rules = new AddressRules(allowedNetworks);
    this.#protocols = new Set(production ? ['https:'] : ['https:', 'http:']);
  }

  /** False when a request to this URL would be refused whatever its name resolves to. */
  isPossible(url: URL): boolean {
    const host = hostOf(url);
    if (!this.#protocols.has(url.protocol)) return false;
    if (isIP(host) !== 0) return this.#rules.isAllowed(host);
    return !isLocalName(host) || ['127.0.0.1', '::1'].some((address) => this.#rules.isAllowed(address));
  }

  /** @throws OutgoingError */
  async post(request: OutgoingRequest): Promise<OutgoingAnswer> {
    const end = new AbortController();
    const timer = setTimeout(() => end.abort(new OutgoingError('timeout')), request.timeoutMs);
    const stop = (): void => end.abort(new OutgoingError('connection_failed'));
    request.signal.addEventListener('abort', stop);
    try {
      if (request.signal.aborted) stop();
      const url = new URL(request.url);
      if (!this.#protocols.has(url.protocol)) throw new OutgoingError('address_refused');
      const addresses = await Promise.race([this.#addressesOf(hostOf(url)), aborted(end.signal)]);
      return await send(url, request, addresses, end.signal);
    } finally {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', stop);
    }
  }

  /** The permitted addresses of a host. */
  async #addressesOf(host: string): Promise<readonly LookupAddress[]> {
    let addresses: readonly LookupAddress[];
    try {
      addresses = await this.resolve(host);
    } catch (error) {
      throw new OutgoingError('name_not_resolved', { cause: error });
    }
    const allowed = addresses.filter(({ address }) => this.#rules.isAllowed(address));
    if (allowed.length === 0) throw new OutgoingError('address_refused');
    return allowed;
  }
}

/** Host name, or IP address without brackets. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

/** RFC 6761, 6.3. */
const isLocalName = (host: string): boolean => /(^|\.)localhost\.?$/i.test(host);

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });

function send(
  url: URL,
  { headers, body }: OutgoingRequest,
  addresses: readonly LookupAddress[],
  signal: AbortSignal,
): Promise<OutgoingAnswer> {
  return new Promise((resolve, reject) => {
    const { request: open } = url.protocol === 'https:' ? https : http;
    const request = open(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': body.length },
      agent: false, // a kept connection would outlive the check of its address
      maxHeaderSize: MAX_HEADER_BYTES,
      // Node does not call this for a host that is an IP address; then that address is the one that was checked
      lookup: (_host, { all }, done) => {
        const [first] = addresses;
        if (all) done(null, [...addresses]);
        else done(null, first?.address ?? '', first?.family);
      },
    });
    const abort = (): void => void request.destroy(asError(signal.reason));
    signal.addEventListener('abort', abort, { once: true });
    request.on('error', (error) => reject(toOutgoingError(error)));
    request.once('response', (response) => {
      signal.removeEventListener('abort', abort); // the rest has a bound of its own
      const { statusCode: status = 0 } = response;
      const answer = { status, retryAfter: response.headers['retry-after'] };
      drop(response, () => resolve(answer));
    });
    request.end(body);
  });
}

/** Reads what is left of an answer within its bounds, then closes the connection. */
function drop(response: IncomingMessage, done: () => void): void {
  let bytes = 0;
  const timer = setTimeout(() => response.destroy(), MAX_BODY_MS);
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) response.destroy();
  });
  // the status is the answer, however its body ends
  response.once('error', () => undefined);
  response.once('close', () => {
    clearTimeout(timer);
    done();
  });
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error('aborted'));

const toOutgoingError = (error: Error): OutgoingError => {
  if (error instanceof OutgoingError) return error;
  const isTls = /CERT|TLS|SSL|UNABLE_TO|EPROTO/.test(errorCode(error));
  return new OutgoingError(isTls ? 'tls_failed' : 'connection_failed', { cause: error });
};
