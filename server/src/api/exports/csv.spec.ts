import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CsvWriter } from './csv.js';

const writer = new CsvWriter(['a', 'b'], 'comma');

/** Cells of a line by RFC 4180. */
const cellsOf = (line: string): string[] =>
  [...line.matchAll(/(?:"((?:[^"]|"")*)"|([^",]*?))(?:,|\r\n$)/gy)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );

describe('A CSV file', () => {
  it('begins with the mark of UTF-8 and the names of its columns', () => {
    expect(writer.head()).toBe('\uFEFFa,b\r\n');
    expect(new CsvWriter(['a', 'b'], 'semicolon').head()).toBe('\uFEFFa;b\r\n');
  });

  it('gives back every text by RFC 4180, and none begins as a formula', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        const cells = cellsOf(writer.lines([{ a, b }]));
        expect(cells.map((cell) => cell.replace(/^'/, ''))).toEqual(
          [a, b].map((text) => text.replace(/^'/, '')),
        );
        for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
      }),
    );
  });

  it.each(['=1+1', '+49 30 1234', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', ' =1', '＝1'])(
    'takes the power of a formula from a cell that begins as %j does',
    (text) => {
      expect(cellsOf(writer.lines([{ a: text, b: '' }]))[0]).toBe(`'${text}`);
    },
  );

  it('quotes what either separator would divide', () => {
    expect(writer.lines([{ a: 'x;=1', b: 'y,z' }])).toBe('"x;=1","y,z"\r\n');
  });

  it('has numbers as numbers, lists in one cell, and nothing for what is absent', () => {
    expect(writer.lines([{ a: -3, b: ['x', 'y'] }, { a: null }])).toBe('-3,x y\r\n,\r\n');
  });
});
