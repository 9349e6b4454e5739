import { z } from 'zod';

const Digits = z.string().regex(/^\d{4,12}$/, 'must be 4 to 12 digits');

/** What a person may enter to unlock a screen. */
export const EnteredPin = Digits;

const DIGITS = '0123456789';
const ASCENDING = DIGITS.repeat(2);
const DESCENDING = [...ASCENDING].reverse().join('');

/** True for a PIN that is tried first: digits in a row (1234, 9876, 8901), or one part again and again (0000, 1212, 123123). */
export const isTrivialPin = (pin: string): boolean =>
  ASCENDING.includes(pin) || DESCENDING.includes(pin) || /^(\d{1,4})\1+$/.test(pin);

/** A PIN that somebody chooses. */
export const Pin = Digits.refine((pin) => !isTrivialPin(pin), 'is too easy to guess');

/** Body of `PUT /auth/pin`. */
export const OwnPin = z.strictObject({ pin: Pin });
