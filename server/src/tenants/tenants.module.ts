import { Module } from '@nestjs/common';
import { TenantsController } from './tenants.controller.js';
import { TenantsList } from './tenants.list.js';
import { TenantsService } from './tenants.service.js';
import { UsageList } from './usage.list.js';
import { UsageService } from './usage.service.js';

@Module({
  controllers: [TenantsController],
  providers: [TenantsService, TenantsList, UsageService, UsageList],
})
export class TenantsModule {}
