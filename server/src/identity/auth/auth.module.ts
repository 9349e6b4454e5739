import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { FactorsController } from '../factors/factors.controller.js';
import { Passkeys } from '../factors/passkeys.js';
import { RelyingParty } from '../factors/relying-party.js';
import { KeyLookup } from '../keys/key-lookup.js';
import { KeysController } from '../keys/keys.controller.js';
import { KeysService } from '../keys/keys.service.js';
import { BegunSignIns } from '../oidc/begun-sign-ins.js';
import { OidcController } from '../oidc/oidc.controller.js';
import { OidcSignInService } from '../oidc/oidc-sign-in.service.js';
import { Providers } from '../oidc/providers.js';
import { PasswordRules } from '../password-rules/password-rules.js';
import { Passwords } from '../passwords.js';
import { Enrolment } from '../sessions/enrolment.js';
import { SecurityController } from '../sessions/security.controller.js';
import { SessionActivity } from '../sessions/session-activity.js';
import { SessionsController } from '../sessions/sessions.controller.js';
import { AccessGuard } from './access.guard.js';
import { AuthController } from './auth.controller.js';
import { ExternalUsersSeen } from './external-users-seen.js';
import { Invitations } from './invitations.js';
import { KnownBrowsers } from './known-browsers.js';
import { OwnPasswords } from './own-password.js';
import { Reauthentication } from './reauthentication.js';
import { ScreenLock } from './screen-lock.js';
import { ScreenPins } from './screen-pin.js';
import { SessionService } from './session.service.js';
import { SignInService } from './sign-in.service.js';
import { TokenService } from './token.service.js';

/** Sign-in, tokens and the HTTP guard. Global, because HTTP and the gateway both verify tokens. */
@Global()
@Module({
  controllers: [
    AuthController,
    OidcController,
    FactorsController,
    SessionsController,
    SecurityController,
    KeysController,
  ],
  providers: [
    AccessGuard,
    { provide: APP_GUARD, useExisting: AccessGuard },
    ExternalUsersSeen,
    TokenService,
    Passwords,
    SignInService,
    SessionService,
    SessionActivity,
    Enrolment,
    Passkeys,
    RelyingParty,
    Reauthentication,
    ScreenLock,
    ScreenPins,
    KnownBrowsers,
    Providers,
    BegunSignIns,
    OidcSignInService,
    PasswordRules,
    OwnPasswords,
    Invitations,
    KeyLookup,
    KeysService,
  ],
  exports: [AccessGuard, ExternalUsersSeen, TokenService, SessionActivity, Passwords, PasswordRules],
})
export class AuthModule {}
