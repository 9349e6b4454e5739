import { beforeAll, describe, expect, it } from '@jest/globals';
import { CLOSE } from '@wardbell/contract';
import { z } from 'zod';
import { database, server, useServer } from '../../support/fixture.js';
import { connect } from '../../support/socket.js';
import { createClinic } from '../support/clinic.js';
import { readText, readYaml } from './files.js';
import { groupedBy, selectedBy } from './promql.js';

const Alerts = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.object({ severity: z.enum(['critical', 'warning', 'info']) }),
          annotations: z.object({ summary: z.string(), runbook: z.string() }),
        }),
      ),
    }),
  ),
});
const Source = z.object({ uid: z.string() });
const Dashboard = z.object({
  templating: z.object({
    list: z.array(z.object({ name: z.string(), type: z.string(), query: z.string() })),
  }),
  panels: z.array(
    z.object({
      title: z.string(),
      type: z.string(),
      datasource: Source.optional(),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      targets: z
        .array(z.object({ expr: z.string(), legendFormat: z.string(), datasource: Source }))
        .default([]),
    }),
  ),
});

const alerts = readYaml('deploy/prometheus/alerts.yml', Alerts).groups.flatMap(({ rules }) => rules);
const dashboard = Dashboard.parse(JSON.parse(readText('deploy/grafana/dashboards/wardbell.json')));
const expressions = [
  ...alerts.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
];
/** What Prometheus itself adds. */
const OF_PROMETHEUS = { metrics: ['up'], labels: ['instance', 'job'] };
/** Labels whose values are a closed table: what an alert asks for must be in it. */
const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const VALUES: Readonly<Record<string, readonly string[]>> = {
  reason: Object.keys(CLOSE).map(snakeCase),
  code: Object.values(CLOSE).map(({ code }) => String(code)),
  direction: ['sent', 'received', 'refused'],
  job: ['wardbell'],
  status: ['200', '503', 'success', 'retry', 'drop'],
};

useServer({ env: { METRICS_TOKEN: 'token-of-prometheus' } });

describe('alerts and dashboard', () => {
  /** Names of metrics as they are scraped, and of all labels. */
  const metrics = new Set<string>(OF_PROMETHEUS.metrics);
  const labels = new Set<string>(OF_PROMETHEUS.labels);
  beforeAll(async () => {
    const clinic = await createClinic(database);
    const socket = await connect(server.wsUrl, { token: await clinic.token() });
    await clinic.emit(1);
    await socket.waitFor('task_updated');
    await socket.close();
    await fetch(`${server.url}/health`);
    const headers = { authorization: 'Bearer token-of-prometheus' };
    const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
    for (const [, name = ''] of text.matchAll(/^# TYPE (\w+) /gm)) metrics.add(name);
    for (const [, name = '', inside = ''] of text.matchAll(/^(\w+)(?:\{([^}]*)\})? /gm)) {
      metrics.add(name);
      for (const [, label = ''] of inside.matchAll(/(\w+)=/g)) labels.add(label);
    }
    // those that have no series until something goes wrong
    for (const label of ['reason', 'code', 'outcome']) labels.add(label);
  });

  it.each(expressions)('%s asks for metrics and labels that the server has: %s', (_, expression) => {
    const selected = selectedBy(expression);
    expect(selected.length).toBeGreaterThan(0);
    for (const { metric, labels: asked } of selected) {
      expect([...metrics]).toContain(metric);
      for (const { name, value } of asked) {
        expect([...labels]).toContain(name);
        const known = VALUES[name];
        expect({ name, isClosed: known !== undefined }).toEqual({ name, isClosed: true });
        const alternatives = name === 'status' ? [value] : value.split('|');
        for (const one of alternatives)
          expect(known?.some((each) => new RegExp(`^${one}$`).test(each))).toBe(true);
      }
    }
    for (const label of groupedBy(expression)) expect([...labels]).toContain(label);
  });

  it.each(alerts.map((alert) => [alert.alert, alert] as const))(
    '%s says what to do under its own heading',
    (name, { annotations }) => {
      expect(annotations.runbook).toBe(`docs/operations.md#${name.toLowerCase()}`);
      expect(readText('docs/operations.md')).toMatch(new RegExp(`^#+ ${name}$`, 'm'));
    },
  );

  it('describes no alert that is not there', () => {
    const described = [...readText('docs/operations.md').matchAll(/^#+ (Wardbell[A-Z]\w+)$/gm)];
    expect(described.map(([, name]) => name).sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  });

  it('takes its data source from a variable, for which the one that Compose provisions can be chosen', () => {
    const [variable, ...others] = dashboard.templating.list;
    expect(others).toEqual([]);
    expect(variable).toMatchObject({ type: 'datasource', query: 'prometheus' });
    for (const panel of dashboard.panels) {
      for (const source of [panel, ...panel.targets]) {
        if (panel.type !== 'row') expect(source.datasource?.uid).toBe(`\${${variable?.name}}`);
      }
    }
    expect(readText('deploy/grafana/provisioning/datasources/prometheus.yml')).toMatch(
      /^ {4}type: prometheus$/m,
    );
  });

  it('has panels that do not lie on each other, and legends of labels that are there', () => {
    const cells = new Set<string>();
    for (const { gridPos, targets } of dashboard.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(cells.has(`${x}/${y}`)).toBe(false);
          cells.add(`${x}/${y}`);
        }
      }
      for (const { legendFormat } of targets) {
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect([...labels]).toContain(label);
      }
    }
  });
});
