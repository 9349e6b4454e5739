import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { beforeEach, describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { errorFields } from './error-fields.js';
import { Log, type LogRecord } from './log.js';
import { NestLog } from './nest-log.js';

/** What must never come out, however it went in. */
const CANARIES = [
  'Zyxcanary',
  'Anna Zyxcanary',
  '+1 555 0100',
  '555-0100',
  'allergic to penicillin\nZyxcanary',
];
const leaks = (text: string): boolean => /zyxcanary|555.?0100|penicillin/i.test(text);

/** Calls that the compiler refuses, as JavaScript or a cast would make them. */
const unchecked = (log: Log): Record<'info' | 'error', (...args: unknown[]) => void> => ({
  info: (...args) => Reflect.apply(log.info, log, args),
  error: (...args) => Reflect.apply(log.error, log, args),
});

describe('Log', () => {
  let output: string;
  let log: Log;
  beforeEach(() => {
    output = '';
    const sink = new Writable({
      write(chunk, _encoding, done) {
        output += String(chunk);
        done();
      },
    });
    log = new Log(pino({ level: 'debug', base: null }, sink));
  });

  it('writes one JSON object a line with the fields of the table', () => {
    const connection = randomUUID();
    log.info('connection closed', { connection_id: connection, code: 4403, reason: 'Tenant suspended' });
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(output)).toMatchObject({
      msg: 'connection closed',
      connection_id: connection,
      code: 4403,
      reason: 'Tenant suspended',
    });
  });

  it.each(CANARIES)('never lets a name, phone or note out of any argument (%j)', (canary) => {
    const fields = Object.fromEntries(Object.entries(EVERY_FIELD).map(([name]) => [name, canary]));
    unchecked(log).info(canary);
    unchecked(log).info('event', canary);
    unchecked(log).info('event', fields);
    unchecked(log).info('event', { first_name: canary, patient: { phone: canary }, [canary]: canary });
    unchecked(log).info({ message: canary }, canary);
    unchecked(log).error('event', new Error(canary));
    unchecked(log).error('event', {}, canary, { notes: canary });
    unchecked(log).error('event', fields);
    log.error('event', errorFields(new Error(canary, { cause: new TypeError(canary) })));
    log.error('event', errorFields(canary));
    log.error('event', errorFields(Object.assign(new Error('x'), { code: canary, name: canary })));
    const nest = new NestLog(log);
    for (const method of ['log', 'debug', 'verbose', 'warn', 'error', 'fatal'] as const) {
      nest[method](canary, canary);
      nest[method]({ first_name: canary }, { phone: canary }, canary);
      nest[method](new Error(canary), `Error: ${canary}\n    at /${canary}:1:1`, canary);
    }
    expect(output.split('\n').length).toBeGreaterThan(20);
    expect(leaks(output)).toBe(false);
  });

  it('does not read a message for a stack', () => {
    const error = new Error('first\n    at Zyxcanary (/Zyxcanary.js:1:1)\n    at /Zyxcanary.js:2:2');
    const { error_at } = errorFields(error);
    expect(error_at).toContain('log.spec.ts:');
    expect(error_at).not.toContain('Zyxcanary');
    error.message = 'changed after the stack was taken';
    expect(errorFields(error).error_at).toBeUndefined();
  });

  it('finds the SQLSTATE below what wraps the driver', () => {
    const wrapped = Object.assign(new Error('x'), {
      code: 'P2002',
      meta: { driverAdapterError: { cause: { originalCode: '23505', originalMessage: 'Zyxcanary' } } },
    });
    log.error('write failed', errorFields(wrapped));
    expect(JSON.parse(output)).toMatchObject({
      error_class: 'Error',
      error_code: 'P2002',
      sqlstate: '23505',
    });
  });

  it('logs the subject of another issuer as a stable pseudonym', () => {
    log.info('connected', { user_id: 'nurse@clinic.example' });
    expect(JSON.parse(output).user_id).toMatch(/^sub:[0-9a-f]{16}$/);
  });

  it('hands watchers what it wrote, until they leave', () => {
    const seen: LogRecord[] = [];
    const leave = log.watch((record) => seen.push(record));
    log.warn('gap repaired', { job: 'sweep', count: 2 });
    leave();
    log.warn('gap repaired', { count: 3 });
    expect(seen).toEqual([{ level: 'warn', event: 'gap repaired', fields: { job: 'sweep', count: 2 } }]);
  });

  it('takes nothing but lower-case literals for its event', () => {
    const name: string = 'anna';
    // @ts-expect-error a variable may hold anything
    log.info(name);
    // @ts-expect-error so may a template
    log.info(`patient ${name}`);
    // @ts-expect-error one spelling
    log.info('Patient created');
    log.info('patient created');
    expect(output).toContain('patient created');
  });
});

const EVERY_FIELD = Object.fromEntries(
  (
    'attempt bus bytes code component connection_id connections count delay_ms duration_ms epoch error_at ' +
    'error_class error_code event_id event_type from head host instance_id job lag_ms limit max_connections ' +
    'method migration mode partition pid port ready reason request_id role route seq session_id signal ' +
    'sqlstate status tenant_id tenants to topic user_id version'
  )
    .split(' ')
    .map((name) => [name, true]),
);
