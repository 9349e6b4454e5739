import { deliveryOf, type Socket } from './delivery';

const socket = (more: Partial<Socket> = {}): Socket => ({
  id: '00000000-0000-4000-8000-000000000001',
  tenant_id: '00000000-0000-4000-8000-000000000002',
  user_id: 'someone',
  role: 'clinician',
  instance_id: '00000000-0000-4000-8000-000000000003',
  address: null,
  client: null,
  transport: 'websocket',
  topics: ['patients'],
  connected_at: '2026-01-15T10:00:00.000Z',
  position: 42,
  lag: 0,
  pending_bytes: 0,
  ...more,
});
const event = { type: 'patient_created', seq: 42, timestamp: '2026-01-15T10:35:00.000Z' };

describe('deliveryOf', () => {
  it('is given when the position has reached the number, and waits until then', () => {
    expect(deliveryOf(event, socket())).toBe('given');
    expect(deliveryOf(event, socket({ position: 41 }))).toBe('waiting');
    expect(deliveryOf(event, socket({ position: null }))).toBe('waiting');
  });

  it('claims nothing of a socket that was opened after the event', () => {
    expect(deliveryOf(event, socket({ connected_at: '2026-01-15T10:36:00.000Z' }))).toBe('later');
  });

  it('does not reach a socket that listens to other topics', () => {
    expect(deliveryOf(event, socket({ topics: ['appointments'] }))).toBe('deaf');
    expect(deliveryOf({ ...event, type: 'lab_result' }, socket())).toBe('deaf');
    expect(deliveryOf({ ...event, type: 'lab_result' }, socket({ topics: ['events'] }))).toBe('given');
  });
});
