import { endpoint } from './endpoint.js';
import { Gateway, GatewayPut } from './gateway.js';
import { PageQuery, page } from './lists.js';

export const gateways = {
  list: endpoint({
    method: 'GET',
    path: '/gateways',
    tag: 'gateways',
    summary: "The clinic's own gateways, by id",
    access: ['tenant_admin'],
    query: PageQuery,
    status: 200,
    answer: page(Gateway),
  }),
  put: endpoint({
    method: 'PUT',
    path: '/gateways/:gateway_id',
    tag: 'gateways',
    summary: 'Report the status of a gateway; a change is an event on topic `gateways`',
    access: ['tenant_admin', 'gateways:write'],
    body: GatewayPut,
    status: 200,
    answer: Gateway,
    problems: ['too_many_objects'],
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/gateways/:gateway_id',
    tag: 'gateways',
    summary: 'Remove a gateway',
    access: ['tenant_admin', 'gateways:write'],
    status: 204,
    problems: ['not_found'],
  }),
} as const;
