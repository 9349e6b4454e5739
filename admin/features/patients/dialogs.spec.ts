import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FEATURES = join(import.meta.dirname, '..');
/** Rooms in which something is asked about a patient. */
const ROOMS = ['patients', 'schedule', 'care'];
/** Dialogs that are about nobody yet. */
const OF_NOBODY = ['patients/components/create-patient.tsx', 'schedule/components/choose-mine.tsx'];

describe('dialogs about patients', () => {
  const files = ROOMS.flatMap((room) =>
    readdirSync(join(FEATURES, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.tsx'))
      .map((name) => `${room}/${name.replaceAll('\\', '/')}`),
  );
  const withDialog = files.filter((name) =>
    /<(Modal|Drawer|FormDrawer|Confirm|ConfirmStep)\b/.test(readFileSync(join(FEATURES, name), 'utf8')),
  );

  it('are found', () => {
    expect(withDialog.length).toBeGreaterThan(5);
  });

  it.each(withDialog.filter((name) => !OF_NOBODY.includes(name)))('%s says whom it is about', (name) => {
    const source = readFileSync(join(FEATURES, name), 'utf8');
    const dialogs = source.match(/<(Modal|Drawer|FormDrawer|Confirm|ConfirmStep)\b/g) ?? [];
    const subjects = source.match(/about=\{|<About\b|^\s*\{about\}$/gm) ?? [];
    expect(subjects.length).toBeGreaterThanOrEqual(dialogs.length);
  });
});
