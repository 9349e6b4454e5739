import type { PolledText } from './en';

export const de: PolledText = {
  asOf: (time) => `Stand ${time}.`,
};
