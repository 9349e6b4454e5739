import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '../../api/endpoint/public.js';
import { Health } from './health.service.js';

/** Health for people (`/health`), for the process supervisor (`live`) and for the load balancer (`ready`). */
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  @Get()
  report(@Res() reply: FastifyReply) {
    const report = this.health.report();
    return reply.code(report.status === 'unhealthy' ? 503 : 200).send(report);
  }

  /** Succeeds while the process runs, because a restart does not repair an outage of the database. */
  @Get('live')
  live() {
    return { status: 'alive' };
  }

  @Get('ready')
  ready(@Res() reply: FastifyReply) {
    const report = this.health.report();
    const ready = this.health.isReady(report);
    return reply.code(ready ? 200 : 503).send({ ...report, status: ready ? 'ready' : 'not_ready' });
  }
}
