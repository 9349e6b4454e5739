import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { context, propagation, trace } from '@opentelemetry/api';
import type { Config } from '../config/config.js';

/** For the collector to take what is left at the end. */
const LAST_SPANS_MS = 2_000;

/**
 * Sends spans to a collector over OTLP/HTTP when `OTEL_EXPORTER_OTLP_ENDPOINT` is set; else nothing is loaded.
 * Sampling, headers and batching follow OpenTelemetry's own variables (`OTEL_TRACES_SAMPLER`, …).
 * @returns sends what is left and ends
 */
export async function startTracing(config: Config): Promise<() => Promise<void>> {
  if (config.otlpEndpoint === undefined) return async () => undefined;
  const [sdk, { OTLPTraceExporter }, { resourceFromAttributes }, { AsyncLocalStorageContextManager }, core] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/core'),
    ]);
  const provider = new sdk.BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': process.env['OTEL_SERVICE_NAME'] ?? 'wardbell',
      'service.instance.id': `${hostname()}-${process.pid}`,
    }),
    spanProcessors: [new sdk.BatchSpanProcessor(new OTLPTraceExporter())],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new core.W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return async () => {
    const sent = provider.shutdown().catch(() => undefined);
    // a collector that is away, or says nothing, must not hold up the end: the database is stopped after this
    await Promise.race([sent, wait(LAST_SPANS_MS, undefined, { ref: false })]);
  };
}
