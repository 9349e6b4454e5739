/** Without those that are read as digits or as each other. */
const LETTERS = 'ABCDEFGHJKLMNPRSTUVWXYZ';

/**
 * The number under which an appointment is called on the screen of a waiting room: a letter and four digits, made from the
 * id alone, so it says nothing about anybody. Two of 30 people who wait at once have the same one with a probability of 0.2 %.
 * Does not import zod.
 */
export const boardNumber = (appointmentId: string): string => {
  let hash = 0x811c9dc5; // FNV-1a
  for (const character of appointmentId.toLowerCase())
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  // the lowest bits of the hash vary least
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  const letter = LETTERS[mixed % LETTERS.length] ?? '';
  return letter + String(Math.floor(mixed / LETTERS.length) % 10_000).padStart(4, '0');
};
