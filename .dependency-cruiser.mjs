/**
 * Import directions of docs/architecture.md. `platform` and `database` are imported by all rooms and import no
 * feature. Events flow one way (features → unit of work → outbox → hub → gateway), so no import runs against them.
 */

const server = (...rooms) => `^server/src/(${rooms.join('|')})/`;
const BASE = ['platform', 'database'];

const forbid = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

/** Rooms of the server that `room` may import besides itself, `platform` and `database`. */
const mayImport = (room, ...allowed) =>
  forbid(
    `${room.replaceAll('/', '-')}-imports`,
    `${room} imports ${[...BASE, ...allowed].join(', ')}`,
    { path: server(room), pathNot: '\\.spec\\.ts$' },
    { path: '^server/src/', pathNot: server(room, ...BASE, ...allowed) },
  );

/** Features of the console, and which others each may import besides `admin/shared`. */
const FEATURE_IMPORTS = {
  account: [],
  approvals: [],
  audit: ['care', 'patients', 'reviews'],
  board: ['notifications'],
  care: [],
  'clinic-setup': [],
  connections: [],
  events: ['audit', 'gateways', 'notifications'],
  'external-users': [],
  'first-steps': [],
  gateways: [],
  integrations: [],
  limits: ['connections'],
  lock: ['sign-in'],
  notifications: [],
  patients: ['care'],
  presence: [],
  reviews: ['patients'],
  schedule: ['care', 'patients'],
  shell: ['account', 'first-steps', 'lock', 'notifications', 'patients', 'presence', 'reviews', 'sign-in'],
  security: [],
  'sign-in': [],
  system: [],
  tenants: ['limits'],
  users: ['approvals', 'external-users'],
};

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
      'admin-shared-imports-no-feature',
      'What all features of the console use knows none of them',
      { path: '^admin/shared/', pathNot: '\\.spec\\.ts$' },
      { path: '^admin/(app|features)/' },
    ),
    forbid(
      'admin-features-import-no-page',
      'Pages import features',
      { path: '^admin/features/' },
      { path: '^admin/app/' },
    ),
    ...Object.entries(FEATURE_IMPORTS).map(([feature, allowed]) =>
      forbid(
        `admin-${feature}-imports`,
        `${feature} imports shared${allowed.map((other) => `, ${other}`).join('')}`,
        { path: `^admin/features/${feature}/` },
        { path: '^admin/features/', pathNot: `^admin/features/(${[feature, ...allowed].join('|')})/` },
      ),
    ),
    forbid(
      'admin-links-and-lazy-parts-are-its-own',
      'shared/components/link and shared/lazily: those of Next are 4 kB of the first load',
      { path: '^admin' },
      { path: '^node_modules/next/(link|dynamic)\\.' },
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
      'platform-imports-itself-only',
      'It is read before anything else runs',
      { path: server('platform'), pathNot: '\\.spec\\.ts$' },
      { path: '^server/src/', pathNot: server('platform') },
    ),
    forbid(
      'errors-config-log-are-the-lowest',
      'Configuration and log are needed before metrics and traces',
      { path: server('platform/(errors|config|log)') },
      { path: server('platform'), pathNot: '^server/src/platform/(errors/|config/|log/|uuid)' },
    ),
    mayImport('database'),
    mayImport('api'),
    mayImport('identity', 'api', 'notices'),
    mayImport('clinic', 'api', 'notices'),
    mayImport('notices', 'api', 'realtime/hub', 'realtime/connections'),
    mayImport('publishing', 'api'),
    mayImport('tenancy', 'api', 'realtime/connections'),
    mayImport('realtime/outbox'),
    mayImport('realtime/bus'),
    mayImport('realtime/hub', 'realtime/outbox', 'realtime/bus'),
    mayImport('realtime/connections', 'api', 'realtime/bus', 'realtime/hub'),
    mayImport(
      'realtime/gateway',
      'api',
      'identity/auth',
      'identity/sessions',
      'realtime/hub',
      'realtime/connections',
      'realtime/objects',
    ),
    mayImport('realtime/objects', 'realtime/bus', 'realtime/hub', 'realtime/connections'),
    mayImport('realtime/presence', 'api', 'realtime/bus', 'realtime/hub', 'realtime/connections'),
    mayImport(
      'realtime/stream',
      'api',
      'identity/auth',
      'realtime/hub',
      'realtime/connections',
      'realtime/gateway',
    ),
    mayImport('webhooks', 'api', 'notices', 'realtime/outbox', 'realtime/hub'),
    mayImport('push', 'api'),
    mayImport('dead-letters', 'api', 'publishing'),
    mayImport('operations', 'api', 'identity/auth', 'realtime'),
    mayImport('web', 'api'),
    mayImport('demo', 'identity', 'clinic'),
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
