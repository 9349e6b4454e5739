import { Module } from '@nestjs/common';
import { GatewaysController } from './gateways.controller.js';
import { GatewaysService } from './gateways.service.js';
import { GatewaySilence } from './silence.js';

/** Systems of a clinic that report their status. */
@Module({
  controllers: [GatewaysController],
  providers: [GatewaysService, GatewaySilence],
})
export class GatewaysModule {}
