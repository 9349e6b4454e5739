import { parser } from '@prometheus-io/lezer-promql';

/** A metric that an expression reads, with the values that it asks of its labels. */
export interface Selected {
  readonly metric: string;
  readonly labels: readonly { readonly name: string; readonly value: string }[];
}

/** What a PromQL expression selects, by Prometheus' own grammar. Throws where it is not PromQL. */
export function selectedBy(expression: string): Selected[] {
  const text = (from: number, to: number) => expression.slice(from, to);
  const selected: { metric: string; labels: { name: string; value: string }[] }[] = [];
  parser.parse(expression).iterate({
    enter: ({ name, from, to, type, node }) => {
      if (type.isError) throw new Error(`not PromQL near "${text(Math.max(0, from - 20), to + 20)}"`);
      if (name === 'VectorSelector') selected.push({ metric: '', labels: [] });
      const last = selected.at(-1);
      if (name === 'Identifier' && last && last.metric === '') last.metric = text(from, to);
      if (name === 'UnquotedLabelMatcher') {
        const label = node.getChild('LabelName');
        const value = node.getChild('StringLiteral');
        if (label && value) {
          last?.labels.push({
            name: text(label.from, label.to),
            value: text(value.from + 1, value.to - 1),
          });
        }
      }
    },
  });
  return selected;
}

/** Names of labels that an expression groups by. */
export function groupedBy(expression: string): string[] {
  const names: string[] = [];
  parser.parse(expression).iterate({
    enter: ({ name, node }) => {
      if (name !== 'GroupingLabels') return;
      for (const label of node.getChildren('LabelName')) names.push(expression.slice(label.from, label.to));
    },
  });
  return names;
}
