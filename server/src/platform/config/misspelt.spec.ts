import { describe, expect, it } from '@jest/globals';
import { Environment } from './environment.js';
import { findMisspelt } from './misspelt.js';

describe('findMisspelt', () => {
  it.each([
    ['EVENT_RETENTION_DAY', 'EVENT_RETENTION_DAYS'],
    ['EVNET_RETENTION_DAYS', 'EVENT_RETENTION_DAYS'],
    ['RETENTION_EVENT_DAYS', 'EVENT_RETENTION_DAYS'],
    ['ALLOWED_ORIGIN', 'ALLOWED_ORIGINS'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['REDIS_URLS', 'REDIS_URL'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['SUPER_ADMIN_PASWORD', 'SUPER_ADMIN_PASSWORD'],
  ])('finds that %s was meant to be %s', (variable, likely) => {
    expect(findMisspelt({ [variable]: 'x' })).toEqual([{ variable, likely }]);
  });

  it('is silent about variables of the server itself and of other programs', () => {
    const own = Object.fromEntries(Object.keys(Environment.shape).map((name) => [name, 'x']));
    const others = [
      ...['PATH', 'HOME', 'HOSTNAME', 'USER', 'SHELL', 'LANG', 'PWD', 'OLDPWD', 'TERM', 'EDITOR', 'LOGNAME'],
      ...['PGHOST', 'PGPORT', 'PGDATA', 'POSTGRES_PASSWORD', 'POSTGRES_DB', 'REDIS_HOST', 'REDIS_PASSWORD'],
      ...['NODE_OPTIONS', 'NODE_PATH', 'NPM_CONFIG_CACHE', 'npm_lifecycle_event', 'INIT_CWD', 'CI', 'DEBUG'],
      ...['OTEL_SERVICE_NAME', 'OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_PROTOCOL', 'TZ', 'POST'],
      ...['KUBERNETES_SERVICE_HOST', 'KUBERNETES_PORT', 'HTTP_PROXY', 'NO_PROXY', 'SSL_CERT_FILE', 'PORTS'],
      ...[
        'JOURNAL_STREAM',
        'INVOCATION_ID',
        'NOTIFY_SOCKET',
        'WARDBELL_TEST_SHORT',
        'DATA',
        'JWT',
        'XDG_DATA_DIRS',
      ],
    ];
    expect(findMisspelt({ ...own, ...Object.fromEntries(others.map((name) => [name, 'x'])) })).toEqual([]);
  });
});
