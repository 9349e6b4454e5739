import { Module } from '@nestjs/common';
import { Bus } from './bus.js';
import { PostgresBus } from './bus.postgres.js';

@Module({ providers: [{ provide: Bus, useClass: PostgresBus }], exports: [Bus] })
export class BusModule {}
