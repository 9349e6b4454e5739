import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.js';
import { AuditService } from './audit.service.js';
import { AuditRetention } from './audit-retention.js';

@Module({
  controllers: [AuditController],
  providers: [AuditService, AuditRetention],
})
export class AuditModule {}
