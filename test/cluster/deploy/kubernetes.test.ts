import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { loadConfig } from '../../../server/src/platform/config/config.js';
import { Environment } from '../../../server/src/platform/config/environment.js';
import { readText, readYaml } from './files.js';

const FOLDER = 'deploy/kubernetes';
const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).optional() }),
});
const Kustomization = z.looseObject({
  resources: z.array(z.string()),
  images: z.array(z.object({ name: z.string(), newName: z.string(), newTag: z.string() })),
});

const EXAMPLES = ['secret.example.yaml', 'secret.owner.example.yaml'];
const kustomization = readYaml(`${FOLDER}/kustomization.yaml`, Kustomization);
const manifests = [...kustomization.resources, ...EXAMPLES].map(
  (file) => [file, readYaml(`${FOLDER}/${file}`, Manifest)] as const,
);
const Values = z.looseObject({ data: z.record(z.string(), z.string()) });
const Secrets = z.looseObject({ stringData: z.record(z.string(), z.string()) });

const ProbeOf = z.looseObject({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const Deployment = z.looseObject({
  spec: z.looseObject({
    replicas: z.number(),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    strategy: z.looseObject({ rollingUpdate: z.looseObject({ maxUnavailable: z.number() }) }),
    template: z.looseObject({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.looseObject({ runAsNonRoot: z.literal(true), runAsUser: z.number() }),
        initContainers: z.tuple([
          z.looseObject({
            name: z.literal('migrate'),
            command: z.array(z.string()),
            envFrom: z.array(z.object({ secretRef: z.object({ name: z.string() }) })),
          }),
        ]),
        containers: z.tuple([
          z.looseObject({
            image: z.string(),
            ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
            envFrom: z.array(
              z.looseObject({
                configMapRef: z.object({ name: z.string() }).optional(),
                secretRef: z.object({ name: z.string() }).optional(),
              }),
            ),
            startupProbe: ProbeOf,
            livenessProbe: ProbeOf,
            readinessProbe: ProbeOf,
            lifecycle: z.object({
              preStop: z.object({ exec: z.object({ command: z.tuple([z.literal('sleep'), z.string()]) }) }),
            }),
            securityContext: z.object({
              allowPrivilegeEscalation: z.literal(false),
              readOnlyRootFilesystem: z.literal(true),
              capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
            }),
          }),
        ]),
      }),
    }),
  }),
});

describe('deploy/kubernetes', () => {
  it.each(manifests)('%s is what the API of Kubernetes takes', (_, manifest) => {
    const path = manifest.apiVersion.includes('/') ? manifest.apiVersion : `${manifest.apiVersion}`;
    const models: unknown = createRequire(import.meta.url)(`kubernetes-models/${path}/${manifest.kind}`);
    const Model = z
      .object({ [manifest.kind]: z.custom<new (data: unknown) => { validate(): void }>() })
      .parse(models)[manifest.kind];
    if (!Model) throw new Error(`${manifest.kind} is not known`);
    expect(() => new Model(manifest).validate()).not.toThrow();
  });

  it('applies every manifest but the examples of the secrets', () => {
    const files = readdirSync(FOLDER).filter((file) => file !== 'kustomization.yaml');
    expect(files.sort()).toEqual([...kustomization.resources, ...EXAMPLES].sort());
  });

  const deployment = readYaml(`${FOLDER}/deployment.yaml`, Deployment);
  const pod = deployment.spec.template.spec;
  const [container] = pod.containers;

  it('runs two instances or more, also while a new release comes', () => {
    expect(deployment.spec.replicas).toBeGreaterThanOrEqual(2);
    expect(deployment.spec.strategy.rollingUpdate.maxUnavailable).toBe(0);
    expect(readText(`${FOLDER}/autoscaler.yaml`)).toMatch(/minReplicas: 2\b/);
    expect(readText(`${FOLDER}/disruption-budget.yaml`)).toMatch(/maxUnavailable: 1\b/);
  });

  it('selects the pods of the deployment everywhere', () => {
    const labels = deployment.spec.template.metadata.labels;
    expect(deployment.spec.selector.matchLabels).toEqual(labels);
    for (const file of ['service', 'disruption-budget', 'network-policy']) {
      for (const [name, value] of Object.entries(labels)) {
        expect(readText(`${FOLDER}/${file}.yaml`)).toContain(`${name}: ${value}`);
      }
    }
  });

  it('asks the paths and the port that the server has', () => {
    expect(container.ports).toEqual([{ name: 'http', containerPort: 8000 }]);
    expect(readText('Dockerfile')).toContain('PORT=8000');
    const controller = readText('server/src/operations/health/health.controller.ts');
    for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
      expect(probe.httpGet.port).toBe('http');
      expect(controller).toContain(`@Get('${probe.httpGet.path.replace('/health/', '')}')`);
    }
  });

  it('leaves the drain its time', () => {
    const stopMs = Number(
      /STOP_TIMEOUT_MS = ([\d_]+)/.exec(readText('server/src/main.ts'))?.[1]?.replace('_', ''),
    );
    const preStopS = Number(container.lifecycle.preStop.exec.command[1]);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(preStopS + stopMs / 1_000);
  });

  it('runs as the user of the image, which is named in the kustomization', () => {
    expect(readText('Dockerfile')).toContain(`USER ${pod.securityContext.runAsUser}:`);
    expect(kustomization.images.map(({ name }) => name)).toEqual([container.image]);
  });

  it('sets variables that the server knows, and values that it takes', () => {
    const names = container.envFrom.flatMap(
      ({ configMapRef, secretRef }) => configMapRef?.name ?? secretRef?.name,
    );
    expect(names).toEqual(['wardbell', 'wardbell']);
    const { NODE_OPTIONS: _, ...config } = readYaml(`${FOLDER}/config.yaml`, Values).data;
    const secrets = Object.keys(readYaml(`${FOLDER}/secret.example.yaml`, Secrets).stringData);
    for (const variable of [...Object.keys(config), ...secrets]) {
      expect(Object.keys(Environment.shape)).toContain(variable);
    }
    const text = readText(`${FOLDER}/secret.example.yaml`);
    for (const variable of secrets) expect(text).toContain(`--from-literal=${variable}=`);
    const values = Object.fromEntries(secrets.map((name) => [name, 's'.repeat(40)]));
    const loaded = loadConfig({
      ...values,
      ...config,
      ...Object.fromEntries(
        ['app', 'auth', 'relay'].map((role) => [
          `${role.toUpperCase()}_DATABASE_URL`,
          `postgresql://wardbell_${role}:secret@postgres.example:5432/wardbell`,
        ]),
      ),
      REDIS_URL: 'rediss://:secret@redis.example:6379',
      NODE_ENV: 'production',
    });
    expect(loaded.redisUrl).toBeDefined();
    expect([loaded.appDatabaseUrl, loaded.authDatabaseUrl, loaded.relayDatabaseUrl]).not.toContain(undefined);
  });

  it('migrates in a container that ends before the server starts, and that alone has the owner’s login', () => {
    const [migration] = pod.initContainers;
    expect(migration.envFrom.map(({ secretRef }) => secretRef.name)).toEqual(['wardbell', 'wardbell-owner']);
    expect(migration.command).toEqual(['node', 'deploy/container/migrate.mjs']);
    const owner = readYaml(`${FOLDER}/secret.owner.example.yaml`, Secrets);
    expect(Object.keys(owner.stringData)).toEqual(['DATABASE_URL']);
    expect(Object.keys(readYaml(`${FOLDER}/secret.example.yaml`, Secrets).stringData)).not.toContain(
      'DATABASE_URL',
    );
  });
});
