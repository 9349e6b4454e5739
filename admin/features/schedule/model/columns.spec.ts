import { sampleAppointment } from '../../../../test/support/appointment.js';
import { columnsOf } from './columns';
import { namesIn } from './known-names';

const of = (practitioner: string | null, room: string | null, id = `${practitioner} ${room}`) =>
  sampleAppointment({ id, practitioner, room });

describe('columns of a day', () => {
  it('stand in the order of their names, numbers as numbers, those without one last', () => {
    const rows = [of(null, 'Room 10'), of('Dr. Zoe', 'Room 2'), of('Dr. Ärmel', 'Room 1')];
    const names = (by: 'practitioner' | 'room') => columnsOf(rows, by, [], 'de').map(({ name }) => name);
    expect(names('practitioner')).toEqual(['Dr. Ärmel', 'Dr. Zoe', null]);
    expect(names('room')).toEqual(['Room 1', 'Room 2', 'Room 10']);
  });

  it('are there for known names that have nothing yet', () => {
    const columns = columnsOf([of('Dr. Berg', null)], 'practitioner', ['Dr. Otto', 'Dr. Berg'], 'en');
    expect(columns.map(({ name, rows }) => [name, rows.length])).toEqual([
      ['Dr. Berg', 1],
      ['Dr. Otto', 0],
    ]);
  });
});

describe('names that a clinic uses', () => {
  it('come most used first, with the room that each practitioner mostly has', () => {
    const names = namesIn([
      of('A', '1', 'a'),
      of('B', '2', 'b'),
      of('B', '3', 'c'),
      of('B', '3', 'd'),
      of(null, null),
    ]);
    expect(names.practitioner).toEqual(['B', 'A']);
    expect([...names.roomOf]).toEqual([
      ['B', '3'],
      ['A', '1'],
    ]);
  });
});
