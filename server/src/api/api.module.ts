import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { EtagInterceptor } from './endpoint/etag.interceptor.js';
import { Idempotency } from './endpoint/idempotency.js';
import { UnitOfWorkInterceptor } from './endpoint/unit-of-work.interceptor.js';
import { Cursors } from './paging/cursor.js';
import { Pager } from './paging/page.js';
import { ProblemFilter } from './problems/problem.filter.js';

/** The steps of every request: parsing, unit of work, conversion of failures to problems, versions as `ETag`. */
@Global()
@Module({
  providers: [
    // the ETag interceptor is the outer one, so that it sends a version only after the unit of work has committed
    { provide: APP_INTERCEPTOR, useClass: EtagInterceptor },
    { provide: APP_INTERCEPTOR, useClass: UnitOfWorkInterceptor },
    { provide: APP_FILTER, useClass: ProblemFilter },
    Cursors,
    Pager,
    Idempotency,
  ],
  exports: [Pager, Idempotency],
})
export class ApiModule {}
