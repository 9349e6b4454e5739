import { describe, expect, it } from '@jest/globals';
import { estimate } from './estimate.js';
import { personalWords, weaknessOf } from './password-rules.js';

const anna = {
  email: 'anna.kowalczyk@northlake-clinic.example',
  name: 'Anna Kowalczyk',
  clinic: 'Northlake Clinic',
};

const weakness = (password: string) => weaknessOf(estimate({ password, personal: personalWords(anna) }));

describe('A password', () => {
  it.each([
    ['password1234', 'This is similar to a commonly used password.'],
    ['aaaaaaaaaaaa', 'Repeated characters like "aaa" are easy to guess.'],
    ['anna.kowalczyk@northlake-clinic.example', 'There should not be any personal or page related data.'],
    ['Kowalczyk2024', expect.any(String)],
    ['NorthlakeClinic', expect.any(String)],
    ['Krankenhaus2024', expect.any(String)],
    ['qwertzuiop12', 'Straight rows of keys on your keyboard are easy to guess.'],
  ])('%s is refused', (password, warning) => {
    expect(weakness(password)).toEqual(warning);
  });

  it.each(['violet tractors hum softly', 'wxyz-k2m4-pq7r-ab3d', 'Ölfarbe trägt vier Möwen', 'x8!Tq_29vLz+w'])(
    '%s is accepted, whatever kinds of characters it has',
    (password) => {
      expect(weakness(password)).toBeUndefined();
    },
  );

  it('of the greatest length is judged in bounded time', () => {
    expect(weakness('4@8({[</369&#!1|0$5+7%2'.repeat(6).slice(0, 128))).toBeUndefined();
  });
});
