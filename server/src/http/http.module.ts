import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { Idempotency } from '../idempotency/idempotency.js';
import { AccessGuard } from './access.guard.js';
import { Cursors } from './cursor.js';
import { EtagInterceptor } from './etag.interceptor.js';
import { Pager } from './page.js';
import { ProblemFilter } from './problem.filter.js';
import { UnitOfWorkInterceptor } from './unit-of-work.interceptor.js';

/** What every request goes through: who may, how failures are told, which version was answered. */
@Global()
@Module({
  providers: [
    { provide: APP_GUARD, useClass: AccessGuard },
    // the outer one first: a version is answered once the unit of work has committed
    { provide: APP_INTERCEPTOR, useClass: EtagInterceptor },
    { provide: APP_INTERCEPTOR, useClass: UnitOfWorkInterceptor },
    { provide: APP_FILTER, useClass: ProblemFilter },
    Cursors,
    Pager,
    Idempotency,
  ],
  exports: [Pager, Idempotency],
})
export class HttpModule {}
