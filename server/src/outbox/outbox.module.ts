import { Module } from '@nestjs/common';
import { LogReader } from './log-reader.js';
import { Retention } from './retention.js';

@Module({ providers: [LogReader, Retention], exports: [LogReader] })
export class OutboxModule {}
