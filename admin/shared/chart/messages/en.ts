export const en = {
  table: 'As a table',
  time: 'Time',
  empty: 'Nothing in this time.',
  summary: (latest: string, highest: string, at: string) => `Now ${latest}; highest ${highest} (${at}).`,
  everyMinute: 'Minute by minute, the newest first',
  highestOf: (minutes: string) => `The highest value in every ${minutes} minutes, the newest first`,
};
export type ChartText = typeof en;
