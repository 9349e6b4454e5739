import { timingSafeEqual } from 'node:crypto';
import { Controller, Get, Headers, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '../../api/endpoint/public.js';
import { Config } from '../../platform/config/config.js';
import { Problem } from '../../platform/errors/problem.js';
import { Metrics } from '../../platform/metrics/metrics.js';

/** The endpoint for Prometheus. If `METRICS_TOKEN` is set, it requires that bearer token. */
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly config: Config,
  ) {}

  @Public()
  @Get()
  async scrape(@Headers('authorization') authorization: string | undefined, @Res() reply: FastifyReply) {
    if (this.config.metricsToken !== undefined && !isBearer(authorization, this.config.metricsToken)) {
      throw new Problem('authentication_required');
    }
    const text = await this.metrics.registry.metrics();
    return reply.header('content-type', this.metrics.registry.contentType).send(text);
  }
}

const isBearer = (authorization: string | undefined, token: string): boolean => {
  const given = Buffer.from(authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
};
