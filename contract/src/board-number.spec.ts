import { randomUUID } from 'node:crypto';
import { boardNumber } from './board-number.js';

describe('the number of an appointment on the screen of a waiting room', () => {
  it('is a letter and four digits, the same for the same appointment in either spelling of its id', () => {
    for (let count = 0; count < 1_000; count++) {
      const id = randomUUID();
      expect(boardNumber(id)).toMatch(/^[A-HJ-NPR-Z]\d{4}$/);
      expect(boardNumber(id.toUpperCase())).toBe(boardNumber(id));
    }
    expect(boardNumber('0b2f4a5e-8f0f-4c55-9d9e-3f1d0c9a7b61')).toBe(
      boardNumber('0b2f4a5e-8f0f-4c55-9d9e-3f1d0c9a7b61'),
    );
  });

  it('spreads ids evenly: of 20,000 nearly as many differ as of random numbers', () => {
    const ids = Array.from(
      { length: 20_000 },
      (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    );
    const numbers = new Set(ids.map(boardNumber));
    // 230,000 numbers: 19,154 of random ones differ on average
    expect(numbers.size).toBeGreaterThan(18_500);
  });
});
