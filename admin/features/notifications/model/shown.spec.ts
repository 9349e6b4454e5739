import type { InboxNotice } from '@wardbell/contract';
import { reportOf } from './shown';

const notice = (seq: number, seen = false) =>
  ({ id: `n${seq}`, seq, seen_at: seen ? '2026-01-01T00:00:00Z' : null }) as InboxNotice;
const shown = (...seqs: number[]) => new Map(seqs.map((seq) => [`n${seq}`, seq]));

describe('reportOf', () => {
  it('is one number when every unseen notice up to it was on the screen', () => {
    const notices = [notice(9), notice(8), notice(7, true), notice(6)];
    expect(reportOf(shown(8, 6), notices, 3)).toEqual({ upToSeq: 8, ids: ['n8', 'n6'] });
  });

  it('names each when one below was not on the screen, loaded or not', () => {
    const notices = [notice(9), notice(8), notice(6)];
    expect(reportOf(shown(9, 6), notices, 3)).toEqual({ ids: ['n9', 'n6'] });
    expect(reportOf(shown(9, 8, 6), notices, 4)).toEqual({ ids: ['n9', 'n8', 'n6'] });
  });
});
