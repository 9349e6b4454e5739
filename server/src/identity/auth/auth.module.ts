import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Passwords } from '../passwords.js';
import { AccessGuard } from './access.guard.js';
import { AuthController } from './auth.controller.js';
import { SessionService } from './session.service.js';
import { TokenService } from './token.service.js';

/** Sign-in, tokens and the HTTP guard. Global, because HTTP and the gateway both verify tokens. */
@Global()
@Module({
  controllers: [AuthController],
  providers: [{ provide: APP_GUARD, useClass: AccessGuard }, TokenService, Passwords, SessionService],
  exports: [TokenService, Passwords],
})
export class AuthModule {}
