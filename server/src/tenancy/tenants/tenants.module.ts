import { Module } from '@nestjs/common';
import { UsageList } from '../usage/usage.list.js';
import { UsageService } from '../usage/usage.service.js';
import { TenantsController } from './tenants.controller.js';
import { TenantsList } from './tenants.list.js';
import { TenantsService } from './tenants.service.js';

@Module({
  controllers: [TenantsController],
  providers: [TenantsService, TenantsList, UsageService, UsageList],
})
export class TenantsModule {}
