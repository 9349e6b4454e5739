/** As exact as one reads it: tenths of a millisecond below ten, whole ones above. */
export const roundMs = (ms: number): number => (ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms));
