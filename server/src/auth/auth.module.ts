import { Global, Module } from '@nestjs/common';
import { TokenService } from './token.service.js';

/** Who somebody is. Global: HTTP and the gateway both ask. */
@Global()
@Module({
  providers: [TokenService],
  exports: [TokenService],
})
export class AuthModule {}
