import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { KeyLookup } from '../keys/key-lookup.js';
import { KeysController } from '../keys/keys.controller.js';
import { KeysService } from '../keys/keys.service.js';
import { PasswordRules } from '../password-rules/password-rules.js';
import { Passwords } from '../passwords.js';
import { AccessGuard } from './access.guard.js';
import { AuthController } from './auth.controller.js';
import { ExternalUsersSeen } from './external-users-seen.js';
import { KnownBrowsers } from './known-browsers.js';
import { OwnPasswords } from './own-password.js';
import { SessionService } from './session.service.js';
import { TokenService } from './token.service.js';

/** Sign-in, tokens and the HTTP guard. Global, because HTTP and the gateway both verify tokens. */
@Global()
@Module({
  controllers: [AuthController, KeysController],
  providers: [
    AccessGuard,
    { provide: APP_GUARD, useExisting: AccessGuard },
    ExternalUsersSeen,
    TokenService,
    Passwords,
    SessionService,
    KnownBrowsers,
    PasswordRules,
    OwnPasswords,
    KeyLookup,
    KeysService,
  ],
  exports: [AccessGuard, ExternalUsersSeen, TokenService, Passwords, PasswordRules],
})
export class AuthModule {}
