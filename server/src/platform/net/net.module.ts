import { Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { OutgoingHttp } from './outgoing-http.js';

@Module({
  providers: [
    { provide: OutgoingHttp, useFactory: (config: Config) => new OutgoingHttp(config), inject: [Config] },
  ],
  exports: [OutgoingHttp],
})
export class NetModule {}
