import { Global, Module } from '@nestjs/common';
import { AuthController } from './auth.controller.js';
import { Passwords } from './passwords.js';
import { SessionService } from './session.service.js';
import { TokenService } from './token.service.js';

/** Who somebody is. Global: HTTP and the gateway both ask. */
@Global()
@Module({
  controllers: [AuthController],
  providers: [TokenService, Passwords, SessionService],
  exports: [TokenService, Passwords],
})
export class AuthModule {}
