import { z } from 'zod';
import { endpoint } from './endpoint.js';
import { Timestamp } from './text.js';

/** Rows of the board in each state, at most. */
export const MAX_BOARD_ROWS = 30;

/** What a screen in the waiting room shows: nothing of a patient, no id. */
export const WaitingBoard = z
  .object({
    clinic: z.string(),
    time_zone: z.string(),
    data: z.array(
      z.object({
        number: z
          .string()
          .meta({ description: 'A letter and four digits, made from the id of the appointment' }),
        state: z
          .enum(['waiting', 'called'])
          .meta({ description: '`waiting`: arrived; `called`: checked in' }),
        room: z.string().nullable().meta({ description: 'Name of a room of the clinic setup, no free text' }),
        since: Timestamp,
      }),
    ),
  })
  .meta({ id: 'WaitingBoard' });
export type WaitingBoard = z.infer<typeof WaitingBoard>;

export const waitingBoard = {
  get: endpoint({
    method: 'GET',
    path: '/waiting-board',
    tag: 'appointments',
    summary: 'Who waits and who is called today, as numbers: for the screen of a waiting room',
    access: ['stream:read', 'tenant_admin'],
    status: 200,
    answer: WaitingBoard,
  }),
} as const;
