import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '../../api/endpoint/public.js';
import { Health } from './health.service.js';

/** For people (`/health`), for the supervisor of the process (`live`), for the balancer (`ready`). */
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  @Get()
  report(@Res() reply: FastifyReply) {
    const report = this.health.report();
    return reply.code(report.status === 'unhealthy' ? 503 : 200).send(report);
  }

  /** The process runs; a database that is away is no reason to restart it. */
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
