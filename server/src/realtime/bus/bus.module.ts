import { Module } from '@nestjs/common';
import { OutageLog } from '../../database/outage-log.js';
import { RelayPool } from '../../database/pools.js';
import { Config } from '../../platform/config/config.js';
import { Log } from '../../platform/log/log.js';
import { Bus } from './bus.js';
import { PostgresBus } from './bus.postgres.js';

/** Redis's client is loaded only where Redis is configured: loading it was 4 % of the CPU of a start. */
const chooseBus = async (relay: RelayPool, outages: OutageLog, config: Config, log: Log): Promise<Bus> => {
  const postgres = new PostgresBus(relay, outages, log);
  if (config.redisUrl === undefined) return postgres;
  const { RedisBus } = await import('./bus.redis.js');
  return new RedisBus(postgres, { url: config.redisUrl, secret: config.jwtSecret }, log);
};

@Module({
  providers: [{ provide: Bus, useFactory: chooseBus, inject: [RelayPool, OutageLog, Config, Log] }],
  exports: [Bus],
})
export class BusModule {}
