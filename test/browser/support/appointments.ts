import { Appointment } from '@wardbell/contract';
import type { RunningServer } from '../../support/server.js';
import { must, type TestUser } from '../../support/tenant.js';

type Server = Pick<RunningServer, 'url'>;
type Body = Readonly<Record<string, unknown>>;

export const createAppointment = (
  server: Server,
  { token }: Pick<TestUser, 'token'>,
  body: Body,
): Promise<Appointment> =>
  must(Appointment, server, 'POST', '/appointments', { token, body: { type: 'Check-up', ...body } });

export const updateAppointment = (
  server: Server,
  { token }: Pick<TestUser, 'token'>,
  id: string,
  body: Body,
): Promise<Appointment> => must(Appointment, server, 'PATCH', `/appointments/${id}`, { token, body });

export const setStatus = (
  server: Server,
  { token }: Pick<TestUser, 'token'>,
  id: string,
  status: Appointment['status'],
): Promise<Appointment> =>
  must(Appointment, server, 'POST', `/appointments/${id}/status`, { token, body: { status } });

export const readAppointment = (
  server: Server,
  { token }: Pick<TestUser, 'token'>,
  id: string,
): Promise<Appointment> => must(Appointment, server, 'GET', `/appointments/${id}`, { token });
