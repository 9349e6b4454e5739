import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as listenTcp } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { database, instances, startAnother, useDatabase, useServer } from '../support/fixture.js';
import { freePort } from '../support/free-port.js';
import { call } from '../support/http.js';
import { describeWith } from '../support/programs.js';
import { connect } from '../support/socket.js';
import { eventually, scaled } from '../support/wait.js';
import { createClinic } from './support/clinic.js';
import { inTurn } from './support/cluster.js';
import { startRedis, type TestRedis } from './support/redis.js';

const Attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });
const Span = z.looseObject({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  attributes: z.array(Attribute),
});
const Export = z.object({
  resourceSpans: z.array(
    z.looseObject({
      resource: z.looseObject({ attributes: z.array(Attribute) }),
      scopeSpans: z.array(z.looseObject({ spans: z.array(Span) })),
    }),
  ),
});
type TracedSpan = z.output<typeof Span> & { readonly instance: string };

const textOf = (attributes: readonly z.output<typeof Attribute>[], key: string): string =>
  String(Object.values(attributes.find((attribute) => attribute.key === key)?.value ?? {})[0]);

describeWith('redis-server', 'traces of two instances that meet through Redis', () => {
  let redis: TestRedis;
  let collector: Server;
  let port: number;
  const spans: TracedSpan[] = [];
  let exported = '';

  beforeAll(async () => {
    port = await freePort();
    collector = createServer((request, response) => {
      let body = '';
      request.on('data', (data) => {
        body += String(data);
      });
      request.on('end', () => {
        exported += body;
        for (const { resource, scopeSpans } of Export.parse(JSON.parse(body)).resourceSpans) {
          const instance = textOf(resource.attributes, 'service.instance.id');
          for (const scope of scopeSpans) spans.push(...scope.spans.map((span) => ({ ...span, instance })));
        }
        response.setHeader('content-type', 'application/json').end('{}');
      });
    }).listen(port, '127.0.0.1');
    await once(collector, 'listening');
    redis = await startRedis();
  });
  afterAll(async () => {
    collector.close();
    await redis.stop();
  });
  useServer({
    instances: 2,
    env: () => ({
      REDIS_URL: redis.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    }),
  });

  it('go from the request over the transaction to the frames of every instance, and name nobody', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token();
    const sockets = await Promise.all(instances.map(({ wsUrl }) => connect(wsUrl, { token })));
    const traceId = randomBytes(16).toString('hex');
    const { status } = await call(inTurn(instances, 0).url, 'POST', '/patients', {
      token,
      body: { first_name: 'Zyxcanary', last_name: 'Zyxcanary', phone: '+1 555 0100' },
      headers: { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` },
    });
    expect(status).toBe(201);
    await Promise.all(sockets.map((socket) => socket.waitFor('patient_created')));
    const ofTrace = await eventually(() => {
      const found = spans.filter((span) => span.traceId === traceId);
      const names = found.map(({ name }) => name);
      const isWhole = names.includes('POST /api/v1/patients') && names.includes('transaction');
      return isWhole && names.filter((name) => name === 'deliver').length === 2 ? found : undefined;
    });
    const request = ofTrace.find(({ name }) => name === 'POST /api/v1/patients');
    const transaction = ofTrace.find(({ parentSpanId }) => parentSpanId === request?.spanId);
    expect(transaction?.name).toBe('transaction');
    const deliveries = ofTrace.filter(({ parentSpanId }) => parentSpanId === transaction?.spanId);
    expect(deliveries.map(({ name }) => name)).toEqual(['deliver', 'deliver']);
    expect(new Set(deliveries.map(({ instance }) => instance)).size).toBe(2);
    for (const { attributes } of deliveries) {
      expect(textOf(attributes, 'wardbell.event.type')).toBe('patient_created');
      expect(textOf(attributes, 'wardbell.tenant.id')).toBe(clinic.id);
      expect(textOf(attributes, 'wardbell.sockets')).toBe('1');
    }
    expect(exported).not.toMatch(/Zyxcanary|555 0100/);
    expect(exported).not.toContain(token);
    await Promise.all(sockets.map((socket) => socket.close()));
  });

  it('follow a search only by the pattern of its route', async () => {
    const clinic = await createClinic(database);
    const token = await clinic.token();
    await call(inTurn(instances, 0).url, 'GET', '/patients?search=Zyxcanary', { token });
    await eventually(() => spans.some(({ name }) => name === 'GET /api/v1/patients'));
    expect(exported).not.toContain('Zyxcanary');
  });
});

describe('a collector that takes spans and says nothing', () => {
  useDatabase();

  it('does not hold up the end of the server', async () => {
    const port = await freePort();
    let received = 0;
    const silent = listenTcp((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        received += data.length;
      });
    }).listen(port, '127.0.0.1');
    await once(silent, 'listening');
    const server = await startAnother({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    });
    const clinic = await createClinic(database);
    await call(server.url, 'GET', '/patients', { token: await clinic.token() });
    await eventually(() => received > 0, { what: 'spans at the collector' });
    const startMs = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - startMs).toBeLessThan(scaled(9_000));
    silent.close();
  });
});
