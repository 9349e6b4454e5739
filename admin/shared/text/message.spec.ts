import { jest } from '@jest/globals';
import { formatMessage } from './message';

describe('formatMessage', () => {
  it('fills in values by name, as often as they stand there', () => {
    expect(formatMessage('{a} and {b}, {a}', { a: 'x', b: 2 }, 'en')).toBe('x and 2, x');
  });

  it('chooses an exact number before the plural form of the language', () => {
    const message = '{n, plural, =0 {none} one {{n} event} other {{n} events}} here';
    expect([0, 1, 5].map((n) => formatMessage(message, { n }, 'en'))).toEqual([
      'none here',
      '1 event here',
      '5 events here',
    ]);
    expect(formatMessage('{n, plural, one {jeden} few {kilka} other {wiele}}', { n: 3 }, 'pl')).toBe('kilka');
  });

  it('counts in French from two, so that none and one are singular', () => {
    const message = '{n, plural, one {{n} patient} other {{n} patients}}';
    expect([0, 1, 2].map((n) => formatMessage(message, { n }, 'fr'))).toEqual([
      '0 patient',
      '1 patient',
      '2 patients',
    ]);
  });

  it('selects by a word, and otherwise what stands for all others', () => {
    const message = '{n}{complete, select, true {} other { so far}}';
    expect(formatMessage(message, { n: 3, complete: true }, 'en')).toBe('3');
    expect(formatMessage(message, { n: 3, complete: false }, 'en')).toBe('3 so far');
  });

  it('does not read braces in values', () => {
    expect(formatMessage('{name}', { name: '{n}' }, 'en')).toBe('{n}');
  });

  it('reports a missing value and shows its name', () => {
    const report = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(formatMessage('Hello {name}', {}, 'en')).toBe('Hello {name}');
    expect(report).toHaveBeenCalledWith('A message has no value for {name}');
    report.mockRestore();
  });

  it('throws for a brace that is not closed', () => {
    expect(() => formatMessage('{name', { name: '' }, 'en')).toThrow('not closed');
  });
});
