/** Letters and digits that nobody mistakes for others, when read out or typed. */
const LEGIBLE = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 4;
/** Bytes above the largest multiple of the alphabet would make its first letters likelier. */
const FAIR_BELOW = Math.floor(256 / LEGIBLE.length) * LEGIBLE.length;

/** A random password of four groups of four, 79 bits, that can be read to somebody over the phone. */
export const makeStartPassword = (): string => {
  let letters = '';
  while (letters.length < GROUPS * GROUP_LENGTH) {
    const [byte = FAIR_BELOW] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < FAIR_BELOW) letters += LEGIBLE.charAt(byte % LEGIBLE.length);
  }
  return letters.replace(/(.{4})(?=.)/g, '$1-');
};
