/**
 * Import directions of docs/architecture.md. The ground is imported by all and imports no feature; events
 * flow one way (features → outbox → hub → gateway), so no import runs against them.
 */

const server = (...names) => `^server/src/(${names.join('|')})/`;
const GROUND = ['config', 'database', 'log', 'errors', 'tracing'];

const forbid = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

/** Modules of the server that `name` may import besides itself and the ground. */
const mayImport = (name, ...allowed) =>
  forbid(
    `${name}-imports`,
    `${name} imports ${allowed.length === 0 ? 'only the ground' : `the ground and ${allowed.join(', ')}`}`,
    { path: server(name), pathNot: '\\.spec\\.ts$' },
    { path: '^server/src/', pathNot: server(name, ...GROUND, ...allowed) },
  );

export default {
  forbidden: [
    forbid('no-circular', 'A circle has no direction', {}, { circular: true }),
    forbid(
      'contract-imports-zod-only',
      'The wire depends on nothing of ours',
      { path: '^contract/src', pathNot: '\\.spec\\.ts$' },
      { pathNot: '^contract/src|node_modules/zod/' },
    ),
    forbid(
      'client-imports-contract-only',
      'The SDK is published without the server',
      { path: '^client/src', pathNot: '\\.spec\\.tsx?$' },
      {
        pathNot:
          '^client/src|^contract/|^node_modules/(zod|react|@types/react|@tanstack/(react-query|query-core))/',
      },
    ),
    forbid(
      'core-of-client-without-react',
      'The SDK works without a framework',
      { path: '^client/src', pathNot: '^client/src/react|\\.spec\\.tsx?$' },
      { path: '^client/src/react|node_modules/(react|@tanstack)/' },
    ),
    forbid(
      'admin-imports-no-server',
      'The console knows the API only',
      { path: '^admin' },
      { path: '^server' },
    ),
    forbid(
      'server-imports-no-client',
      'The server serves any client',
      { path: '^server' },
      { path: '^(client|admin)' },
    ),
    forbid(
      'nothing-imports-tests',
      'What runs does not depend on tests',
      { path: '^(contract|client|server|admin)', pathNot: '\\.spec\\.tsx?$' },
      { path: '^test/|\\.spec\\.tsx?$' },
    ),
    forbid(
      'no-dev-dependencies',
      'The container has no development dependencies',
      { path: '^(contract|client|server)/src', pathNot: '\\.spec\\.tsx?$' },
      { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/|node_modules/(react|@tanstack)/' },
    ),
    forbid(
      'ground-imports-no-feature',
      'The ground is imported by all',
      { path: server(...GROUND), pathNot: '\\.spec\\.ts$' },
      { path: '^server/src/', pathNot: server(...GROUND) },
    ),
    forbid(
      'config-and-log-are-the-lowest',
      'They are read before anything runs',
      { path: server('config', 'log') },
      {
        path: server('database', 'errors'),
      },
    ),
    mayImport('outbox', 'metrics'),
    mayImport('bus', 'outbox', 'metrics'),
    mayImport('hub', 'outbox', 'bus', 'metrics'),
    forbid(
      'auth-knows-no-sockets',
      'Revocation travels on the bus',
      { path: server('auth') },
      { path: server('hub', 'gateway', 'connections') },
    ),
    forbid(
      'features-know-no-sockets',
      'What happened goes through the outbox',
      { path: server('patients', 'appointments', 'notifications', 'events', 'users', 'tenants', 'audit') },
      { path: server('hub', 'gateway') },
    ),
    forbid(
      'gateway-imports-no-feature',
      'Sockets carry events and know nothing of what they mean',
      { path: server('gateway', 'connections') },
      { path: server('patients', 'appointments', 'notifications', 'events') },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    exclude: { path: '/(out|\\.next|generated)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.d.ts', '.mjs', '.js', '.json'],
    },
  },
};
