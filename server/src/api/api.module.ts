import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { AccessLogInterceptor } from './endpoint/access-log.interceptor.js';
import { EtagInterceptor } from './endpoint/etag.interceptor.js';
import { Idempotency } from './endpoint/idempotency.js';
import { UnitOfWorkInterceptor } from './endpoint/unit-of-work.interceptor.js';
import { SnapshotExports } from './exports/snapshot-exports.js';
import { Cursors } from './paging/cursor.js';
import { Pager } from './paging/page.js';
import { ProblemFilter } from './problems/problem.filter.js';

/** The steps of every request: parsing, unit of work, conversion of failures to problems, versions as `ETag`. */
@Global()
@Module({
  providers: [
    // these two are outside of the unit of work, so that they see only what has committed
    { provide: APP_INTERCEPTOR, useClass: EtagInterceptor },
    { provide: APP_INTERCEPTOR, useClass: AccessLogInterceptor },
    { provide: APP_INTERCEPTOR, useClass: UnitOfWorkInterceptor },
    { provide: APP_FILTER, useClass: ProblemFilter },
    Cursors,
    Pager,
    Idempotency,
    SnapshotExports,
  ],
  exports: [Pager, Idempotency, SnapshotExports],
})
export class ApiModule {}
