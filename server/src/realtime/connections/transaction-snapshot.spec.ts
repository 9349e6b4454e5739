import { expect, it } from '@jest/globals';
import { isVisible } from './transaction-snapshot.js';

it.each([
  ['10:20:12,15', 9n, true, 'was finished before all that were open'],
  ['10:20:12,15', 11n, true, 'was finished among those that were open'],
  ['10:20:12,15', 12n, false, 'was open'],
  ['10:20:10,12', 10n, false, 'was the oldest open one'],
  ['10:20:12,15', 20n, false, 'had not begun'],
  ['20:20:', 19n, true, 'was finished when none was open'],
  ['20:20:', 20n, false, 'had not begun when none was open'],
  ['18446744073709551610:18446744073709551612:', 18446744073709551609n, true, 'has a number past 2^53'],
])(
  'says of snapshot %s and transaction %s that it is visible: %s, because it %s',
  (snapshot, xid, visible) => {
    expect(isVisible(snapshot, xid)).toBe(visible);
  },
);
