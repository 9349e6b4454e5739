import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { context, propagation, trace } from '@opentelemetry/api';
import type { Config } from '../config/config.js';

/** Time to send the remaining spans at shutdown. */
const LAST_SPANS_MS = 2_000;

/**
 * Sends spans to a collector over OTLP/HTTP when `OTEL_EXPORTER_OTLP_ENDPOINT` is set; otherwise the exporter is not
 * loaded. Sampling, headers and batching follow OpenTelemetry's own variables (`OTEL_TRACES_SAMPLER`, …).
 * @returns a function that sends the remaining spans and stops the exporter
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
    // bounded, because the database is stopped after this: a silent collector must not delay shutdown
    await Promise.race([sent, wait(LAST_SPANS_MS, undefined, { ref: false })]);
  };
}
