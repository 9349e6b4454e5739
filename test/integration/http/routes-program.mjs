// Prints the routes of the application as it runs, one JSON array: path, endpoint of the contract, public.
import 'reflect-metadata';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { ENDPOINT } from '../../../server/dist/api/endpoint/endpoint.js';
import { PUBLIC } from '../../../server/dist/api/endpoint/public.js';
import { AppModule } from '../../../server/dist/app.module.js';
import { createHttpApplication } from '../../../server/dist/http-application.js';
import { loadConfig } from '../../../server/dist/platform/config/config.js';
import { createLog } from '../../../server/dist/platform/log/log.js';
import { prepareDatabase } from '../../../server/dist/prepare-database.js';
import { GatewayAdapter } from '../../../server/dist/realtime/gateway/gateway.adapter.js';

const config = loadConfig(process.env);
const log = createLog(config);
const database = await prepareDatabase(config, log, new AbortController().signal);
const app = await createHttpApplication(config, AppModule.with(config, database.logins, log), false);
app.useWebSocketAdapter(new GatewayAdapter(app));
await app.init();

const routes = [];
for (const module of app.get(ModulesContainer).values()) {
  for (const { metatype } of module.controllers.values()) {
    for (const name of Object.getOwnPropertyNames(metatype.prototype)) {
      const handler = metatype.prototype[name];
      if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) continue;
      const endpoint = Reflect.getMetadata(ENDPOINT, handler);
      const parts = [metatype, handler].map((target) => Reflect.getMetadata(PATH_METADATA, target) ?? '');
      routes.push({
        path: `/${parts.join('/')}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1'),
        endpoint: endpoint ? `${endpoint.method} ${endpoint.path}` : null,
        isPublic: [handler, metatype].some((target) => Reflect.getMetadata(PUBLIC, target) === true),
      });
    }
  }
}
process.stdout.write(`${JSON.stringify(routes)}\n`);
await app.close();
await database.stop();
process.exit(0);
