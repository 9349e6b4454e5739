import { z } from 'zod';
import { endpoint } from './endpoint.js';
import { Timestamp } from './text.js';

/** Rows of the board in each state, at most. */
export const MAX_BOARD_ROWS = 30;

/** What a screen in the waiting room shows: numbers, no id, and nothing of a patient but initials, if the key may have them. */
export const WaitingBoard = z
  .object({
    clinic: z.string(),
    time_zone: z.string(),
    data: z.array(
      z.object({
        number: z.string().meta({ description: 'The `board_number` of the appointment' }),
        initials: z.string().optional().meta({
          description:
            'First letters of first and last name, for a key with `waiting-board:initials`; absent for a restricted patient',
        }),
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
    summary: 'Who waits and who is called today, as numbers or initials: for the screen of a waiting room',
    access: ['stream:read', 'tenant_admin'],
    status: 200,
    answer: WaitingBoard,
  }),
} as const;
