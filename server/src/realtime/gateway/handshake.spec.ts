import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { chooseProtocol, isOriginAllowed, isSocketPath, readHandshake } from './handshake.js';

const read = (url: string, headers: Record<string, string> = {}) => {
  const request = new IncomingMessage(new Socket());
  request.url = url;
  Object.assign(request.headers, headers);
  return readHandshake(request);
};

describe('the handshake', () => {
  it.each([
    ['/ws', true],
    ['/ws/', true],
    ['/ws/patients', true],
    ['/ws?token=x', true],
    ['/wsx', false],
    ['/', false],
    ['/api/ws', false],
  ])('%s is a socket path: %s', (url, expected) => {
    expect(isSocketPath(url)).toBe(expected);
  });

  it('finds the token in the query, the header and the subprotocol', () => {
    expect(read('/ws?token=a').token).toBe('a');
    expect(read('/ws', { authorization: 'Bearer b' }).token).toBe('b');
    expect(read('/ws', { 'sec-websocket-protocol': 'wardbell.v1, bearer.c' }).token).toBe('c');
    expect(read('/ws?token=').token).toBeUndefined();
    expect(read('/ws', { authorization: 'Basic x' }).token).toBeUndefined();
  });

  it('never answers with the subprotocol that holds the token', () => {
    expect(chooseProtocol(new Set(['bearer.secret', 'wardbell.v1']))).toBe('wardbell.v1');
    expect(chooseProtocol(new Set(['bearer.secret']))).toBe(false);
  });

  it('reads topic, filter and position', () => {
    const handshake = read(
      '/ws/patients/?types=patient_created,,patient_deleted&since=42&epoch=e&resume=inband',
    );
    expect(handshake).toMatchObject({
      topics: ['patients'],
      types: ['patient_created', 'patient_deleted'],
      resume: { since: 42, epoch: 'e' },
      inband: true,
      errors: [],
    });
    expect(read('/ws')).toMatchObject({ topics: undefined, types: null, resume: undefined, inband: false });
  });

  it.each(['-1', '1.5', 'abc', '', '9'.repeat(30)])('says that since=%s is no position', (since) => {
    expect(read(`/ws?since=${since}`)).toMatchObject({
      resume: { since: undefined },
      errors: ['invalid_since'],
    });
  });

  it('leaves out names that cannot be event types, and says so', () => {
    expect(read('/ws?types=patient_created,%3Cscript%3E')).toMatchObject({
      types: ['patient_created'],
      errors: ['invalid_types'],
    });
  });

  it('survives a URL that is not well-formed', () => {
    expect(read('/ws/%E0%A4%A?token=%E0%A4%A').topics).toEqual(['%E0%A4%A']);
  });
});

describe('origins', () => {
  const host = 'clinic.example';
  it.each([
    [undefined, null, true],
    ['https://clinic.example', null, true],
    ['https://evil.example', null, false],
    ['https://clinic.example.evil.example', null, false],
    ['null', null, false],
    ['garbage', null, false],
    ['https://app.example', ['https://app.example'], true],
    ['http://app.example', ['https://app.example'], false],
  ])('%s with %j allowed: %s', (origin, allowed, expected) => {
    expect(isOriginAllowed({ origin, host }, allowed)).toBe(expected);
  });
});
