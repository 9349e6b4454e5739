/** A time zone in which it is between noon and one o'clock now, so that no day ends during a test. */
export const middayZone = (): string => {
  const offset = 12 - new Date().getUTCHours();
  // the names of these zones have the sign of POSIX
  return offset === 0 ? 'Etc/GMT' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`;
};
