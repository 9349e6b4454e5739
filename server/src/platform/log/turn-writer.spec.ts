import { describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { Log } from './log.js';
import { TurnWriter } from './turn-writer.js';

describe('the writer of log lines', () => {
  const setUp = () => {
    const writes: string[] = [];
    const log = new Log(pino({ base: null }, new TurnWriter({ write: (lines) => void writes.push(lines) })));
    return {
      log,
      writes,
      messages: () => writes.map((lines) => [...lines.matchAll(/"msg":"(\w+)"/g)].map(([, msg]) => msg)),
    };
  };

  it('joins the lines of a turn of the event loop into one write', async () => {
    const { log, messages } = setUp();
    log.info('one');
    log.info('two');
    expect(messages()).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    log.info('three');
    await new Promise((resolve) => setImmediate(resolve));
    expect(messages()).toEqual([['one', 'two'], ['three']]);
  });

  it('writes a warning at once, with what came before it', () => {
    const { log, messages } = setUp();
    log.info('one');
    log.warn('two');
    expect(messages()).toEqual([['one', 'two']]);
  });
});
