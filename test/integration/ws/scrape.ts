import type { RunningServer } from '../../support/server.js';

/** Value of a sample, by the labels that it must have; 0 when there is none. */
export type Samples = (name: string, labels?: Readonly<Record<string, string>>) => number;

interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;

/** Samples of the Prometheus text format; comments are left out. */
export const parseSamples = (text: string): Sample[] =>
  text.split('\n').flatMap((line) => {
    const match = line.startsWith('#') ? null : LINE.exec(line);
    if (match === null) return [];
    const [, name = '', labels = '', value = ''] = match;
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(
      ([, key = '', text = '']) => [key, text] as const,
    );
    return [{ name, labels: new Map(pairs), value: Number(value) }];
  });

/** What `/metrics` says now. */
export async function scrape(server: Pick<RunningServer, 'url'>): Promise<Samples> {
  const response = await fetch(`${server.url}/metrics`);
  const samples = parseSamples(await response.text());
  return (name, labels = {}) =>
    samples.find(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels.get(label) === value),
    )?.value ?? 0;
}
