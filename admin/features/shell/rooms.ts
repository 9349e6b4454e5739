import type { Me } from '../../shared/api/types';
import type { Text } from '../../shared/text/text';

type Role = Me['role'];

/** A room of the console: where it is and who may enter. */
export interface Room {
  readonly id: keyof Text['rooms'];
  readonly path: string;
  readonly roles: readonly Role[];
}

/** In the order of the navigation: what is watched all day, then what is managed. */
export const ROOMS: readonly Room[] = [
  { id: 'patients', path: '/patients/', roles: ['clinician', 'front_desk', 'tenant_admin'] },
  { id: 'schedule', path: '/schedule/', roles: ['clinician', 'front_desk', 'tenant_admin'] },
  { id: 'tenants', path: '/tenants/', roles: ['super_admin'] },
  {
    id: 'notifications',
    path: '/notifications/',
    roles: ['clinician', 'front_desk', 'tenant_admin', 'super_admin'],
  },
  { id: 'connections', path: '/connections/', roles: ['tenant_admin', 'super_admin'] },
  { id: 'limits', path: '/limits/', roles: ['tenant_admin', 'super_admin'] },
  { id: 'events', path: '/events/', roles: ['tenant_admin'] },
  { id: 'integrations', path: '/integrations/', roles: ['tenant_admin'] },
  { id: 'gateways', path: '/gateways/', roles: ['tenant_admin'] },
  { id: 'clinic-setup', path: '/clinic-setup/', roles: ['tenant_admin'] },
  { id: 'users', path: '/users/', roles: ['tenant_admin', 'super_admin'] },
  { id: 'security', path: '/security/', roles: ['tenant_admin', 'super_admin'] },
  { id: 'audit', path: '/audit/', roles: ['tenant_admin', 'super_admin'] },
  { id: 'system', path: '/system/', roles: ['super_admin'] },
];

/** The rooms that a role may enter, in the order of the navigation; the first is where it starts. */
export const roomsOf = (role: Role): readonly Room[] => ROOMS.filter((room) => room.roles.includes(role));
