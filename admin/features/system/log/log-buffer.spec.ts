import { describe, expect, it } from '@jest/globals';
import { EMPTY_LOG, type LogBuffer, type LogLine, MAX_LINES, reduceLog } from './log-buffer';

const NOW_MS = Date.parse('2026-01-15T10:00:00.000Z');
const SOURCE = 'f4a90d0c-6c39-4f54-b5c2-4a8a7f0c7e1d';

const live = (message: string, atMs = NOW_MS): LogLine => ({
  id: `live-${message}-${atMs}`,
  atMs,
  level: 'warn',
  message,
  source: SOURCE,
  dropped: 0,
});
const many = (prefix: string, count: number): LogLine[] =>
  Array.from({ length: count }, (_, index) => live(`${prefix}${count - index}`));
const row = (id: number, message: string) => ({
  id,
  at: new Date(NOW_MS).toISOString(),
  level: 'warn' as const,
  message,
  source: SOURCE,
  dropped: null,
});
const add = (log: LogBuffer, ...lines: LogLine[]) => reduceLog(log, { do: 'add', lines });
const messagesOf = ({ lines }: LogBuffer) => lines.map(({ message }) => message);

describe('the lines that the live log keeps', () => {
  it('have the newest first', () => {
    expect(messagesOf(add(add(EMPTY_LOG, live('a')), live('c'), live('b')))).toEqual(['c', 'b', 'a']);
  });

  it('do not change while the list is paused, and what arrived is counted and shown afterwards', () => {
    const paused = add(reduceLog(add(EMPTY_LOG, live('a')), { do: 'pause' }), live('c'), live('b'));
    expect(messagesOf(paused)).toEqual(['a']);
    expect(paused.heldCount).toBe(2);
    const resumed = reduceLog(paused, { do: 'resume' });
    expect(messagesOf(resumed)).toEqual(['c', 'b', 'a']);
    expect(resumed).toMatchObject({ heldCount: 0, isPaused: false, isCut: false });
  });

  it('are at most 10,000, and the list says that it ends early', () => {
    const full = add(EMPTY_LOG, ...many('a', MAX_LINES));
    expect(full.isCut).toBe(false);
    const over = add(full, live('newest'));
    expect(over.lines).toHaveLength(MAX_LINES);
    expect(over.lines[0]?.message).toBe('newest');
    expect(over.isCut).toBe(true);
  });

  it('have no hole when more arrived during a pause than are kept', () => {
    const paused = reduceLog(add(EMPTY_LOG, live('before')), { do: 'pause' });
    const flooded = add(add(paused, ...many('a', MAX_LINES)), live('last'));
    expect(flooded.held).toHaveLength(MAX_LINES);
    expect(flooded.heldCount).toBe(MAX_LINES + 1);
    const resumed = reduceLog(flooded, { do: 'resume' });
    expect(messagesOf(resumed)).not.toContain('before');
    expect(resumed.isCut).toBe(true);
  });

  it('have a line once that arrived live and is in the stored page too, however often its text repeats', () => {
    const before = add(EMPTY_LOG, live('twice', NOW_MS + 2), live('twice', NOW_MS + 1), live('new'));
    const page = { data: [row(9, 'twice'), row(8, 'old')], next: 'cursor' };
    const log = reduceLog(before, { do: 'restart', page, askedMs: NOW_MS });
    expect(messagesOf(log).toSorted()).toEqual(['new', 'old', 'twice', 'twice']);
    expect(log.next).toBe('cursor');
  });

  it('leave live lines to the stored page once they are long stored', () => {
    const before = add(EMPTY_LOG, live('old', NOW_MS - 60_000));
    const log = reduceLog(before, {
      do: 'restart',
      page: { data: [row(8, 'x')], next: null },
      askedMs: NOW_MS,
    });
    expect(messagesOf(log)).toEqual(['x']);
  });

  it('are followed by older pages', () => {
    const first = reduceLog(EMPTY_LOG, {
      do: 'restart',
      page: { data: [row(9, 'b')], next: '9' },
      askedMs: 0,
    });
    const log = reduceLog(first, { do: 'older', page: { data: [row(8, 'a')], next: null } });
    expect(messagesOf(log)).toEqual(['b', 'a']);
    expect(log.next).toBeNull();
  });
});
