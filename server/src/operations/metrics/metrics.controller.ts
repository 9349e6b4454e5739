import { timingSafeEqual } from 'node:crypto';
import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { Public } from '../../api/endpoint/public.js';
import { Config } from '../../platform/config/config.js';
import { Problem } from '../../platform/errors/problem.js';
import { Metrics } from '../../platform/metrics/metrics.js';

/** The endpoint for Prometheus. It requires the bearer token `METRICS_TOKEN`; if that is not set, it answers loopback only. */
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly config: Config,
  ) {}

  @Public()
  @Get()
  async scrape(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const { metricsToken } = this.config;
    if (metricsToken === undefined) {
      if (!isFromLoopback(request)) throw new Problem('forbidden');
    } else if (!isBearer(request.headers.authorization, metricsToken)) {
      throw new Problem('authentication_required');
    }
    const text = await this.metrics.registry.metrics();
    return reply.header('content-type', this.metrics.registry.contentType).send(text);
  }
}

/** A proxy on this machine connects from loopback too; it says so in a header. */
const isFromLoopback = ({ socket, headers }: FastifyRequest): boolean =>
  ipaddr.process(socket.remoteAddress ?? '0.0.0.0').range() === 'loopback' &&
  FORWARDING.every((name) => headers[name] === undefined);
const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

const isBearer = (authorization: string | undefined, token: string): boolean => {
  const given = Buffer.from(authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
};
