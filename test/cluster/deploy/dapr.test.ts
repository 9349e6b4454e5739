import { z } from 'zod';
import { loadConfig } from '../../../server/src/platform/config/config.js';
import { readText, readYaml } from './files.js';

const FOLDER = 'deploy/dapr';
const Component = z.looseObject({
  kind: z.literal('Component'),
  metadata: z.object({ name: z.string() }),
  spec: z.looseObject({ type: z.literal('pubsub.kafka') }),
});
const Service = z.looseObject({
  environment: z.record(z.string(), z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  network_mode: z.string().optional(),
});
const Compose = z.looseObject({ services: z.record(z.string(), Service) });
const Patch = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.object({ annotations: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        containers: z.tuple([
          z.looseObject({
            name: z.string(),
            env: z.array(
              z.looseObject({
                name: z.string(),
                value: z.string().optional(),
                valueFrom: z
                  .object({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) })
                  .optional(),
              }),
            ),
          }),
        ]),
      }),
    }),
  }),
});

/** The subscriptions that a server has with this environment. */
const subscriptionsOf = (text: string) => {
  const config = loadConfig({
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://localhost/wardbell',
    JWT_SECRET: 'x'.repeat(32),
    SUPER_ADMIN_EMAIL: 'root@clinic.example',
    SUPER_ADMIN_PASSWORD: 'correct horse battery',
    APP_API_TOKEN: 'y'.repeat(32),
    DAPR_SUBSCRIPTIONS: text,
  });
  return config.daprSubscriptions;
};

describe('deploy/dapr', () => {
  const component = readYaml(`${FOLDER}/pubsub.yaml`, Component);
  const compose = readYaml(`${FOLDER}/compose.yaml`, Compose);
  const base = readYaml('docker-compose.yml', Compose);
  const deployment = readYaml(`${FOLDER}/kubernetes/deployment.yaml`, Patch);
  const [container] = deployment.spec.template.spec.containers;

  it('has subscriptions that a server in production takes, to the component that it has', () => {
    const inKubernetes = container.env.find(({ name }) => name === 'DAPR_SUBSCRIPTIONS')?.value ?? '';
    for (const text of [readText(`${FOLDER}/subscriptions.json`), inKubernetes]) {
      const subscriptions = subscriptionsOf(text);
      expect(subscriptions).toHaveLength(1);
      expect(subscriptions[0]).toMatchObject({ pubsubname: component.metadata.name, topic: 'task-updates' });
    }
    const { metadata } = readYaml(`${FOLDER}/kubernetes/component.yaml`, Component);
    expect(metadata.name).toBe(component.metadata.name);
  });

  it('puts a sidecar into the network of each server of the Compose file, with the same token', () => {
    const servers = Object.keys(base.services).filter((name) => name.startsWith('server-'));
    const sidecars = Object.values(compose.services).filter(({ network_mode }) => network_mode !== undefined);
    expect(sidecars.map(({ network_mode }) => network_mode)).toEqual(
      servers.map((name) => `service:${name}`),
    );
    for (const sidecar of sidecars) {
      expect(sidecar.command).toContain('--app-port=8000');
      for (const name of servers) {
        const server = compose.services[name];
        expect(server?.environment?.['APP_API_TOKEN']).toBe(sidecar.environment?.['APP_API_TOKEN']);
        expect(server?.environment?.['DAPR_SUBSCRIPTIONS']).toBe('@/dapr/subscriptions.json');
      }
    }
  });

  it('gives the server of Kubernetes the token that its sidecar gets', () => {
    const { annotations } = deployment.spec.template.metadata;
    const token = container.env.find(({ name }) => name === 'APP_API_TOKEN')?.valueFrom?.secretKeyRef;
    expect(token).toEqual({ name: annotations['dapr.io/app-token-secret'], key: 'token' });
    expect(annotations['dapr.io/app-port']).toBe('8000');
    expect(readText('deploy/kubernetes/deployment.yaml')).toContain(`- name: ${container.name}`);
  });
});
