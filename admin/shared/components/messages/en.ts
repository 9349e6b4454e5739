export const en = {
  asOf: (time: string) => `As of ${time}.`,
};
export type PolledText = typeof en;
