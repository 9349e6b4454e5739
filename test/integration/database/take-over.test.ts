import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { migrate } from '../../../server/src/database/migrate.js';
import { createLog } from '../../../server/src/platform/log/log.js';
import { database, startAnother, useDatabase } from '../../support/fixture.js';
import { eventually } from '../../support/wait.js';

useDatabase({ empty: true });

const FIRST_OWN = '20261205200000_clinic_setup';
const FILL = `
  INSERT INTO wardbell.tenant (id, name, slug) VALUES
    ('11111111-1111-4111-8111-111111111111', 'North', 'north'), ('22222222-2222-4222-8222-222222222222', 'South', 'south');
  INSERT INTO wardbell.patient (tenant_id, mrn, first_name, last_name)
    SELECT t.id, 'M', 'First', 'Last' FROM wardbell.tenant t;
  INSERT INTO wardbell.appointment (tenant_id, patient_id, datetime, type, practitioner, room, duration_minutes)
    SELECT p.tenant_id, p.id, now() + make_interval(days => n - 1500), CASE WHEN n % 3 = 0 THEN 'check  UP' ELSE 'Check up' END,
           CASE n % 4 WHEN 0 THEN 'dr. chen' WHEN 1 THEN NULL ELSE 'Dr.  Chen' END, 'Room 1', CASE WHEN n % 5 = 0 THEN 15 ELSE 45 END
    FROM wardbell.patient p, generate_series(1, 3000) n`;

it('makes records of the texts of before, one for spellings that differ in case and blanks, and links every appointment', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wardbell-before-records-'));
  try {
    for (const name of readdirSync('prisma/migrations').filter((each) => each < FIRST_OWN)) {
      mkdirSync(join(folder, name));
      cpSync(join('prisma/migrations', name), join(folder, name), { recursive: true });
    }
    await migrate(database.ownerUrl, createLog({ logLevel: 'silent', production: true }), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await database.query(FILL);
  await migrate(database.ownerUrl, createLog({ logLevel: 'silent', production: true }));
  await startAnother();
  const names = async (table: string) =>
    (
      await database.query<{ slug: string; name: string }>(
        `SELECT t.slug, r.name FROM wardbell.${table} r JOIN wardbell.tenant t ON t.id = r.tenant_id ORDER BY 1, 2`,
      )
    ).map(({ slug, name }) => `${slug} ${name}`);
  expect(await names('practitioner')).toEqual(['north Dr. Chen', 'south Dr. Chen']);
  expect(await names('room')).toEqual(['north Room 1', 'south Room 1']);
  expect(await names('appointment_type')).toEqual(['north Check up', 'south Check up']);
  expect(await database.query('SELECT DISTINCT duration_minutes FROM wardbell.appointment_type')).toEqual([
    { duration_minutes: 45 },
  ]);
  await eventually(
    async () => (await database.query('SELECT FROM wardbell.appointment_linking')).length === 0,
    { what: 'the appointments of before to be linked' },
  );
  const wrong = await database.query(
    `SELECT a.* FROM wardbell.appointment a
     LEFT JOIN wardbell.practitioner p ON p.tenant_id = a.tenant_id AND p.id = a.practitioner_id
     LEFT JOIN wardbell.room r ON r.tenant_id = a.tenant_id AND r.id = a.room_id
     LEFT JOIN wardbell.appointment_type y ON y.tenant_id = a.tenant_id AND y.id = a.type_id
     WHERE a.version <> 1 OR r.name IS DISTINCT FROM 'Room 1' OR y.name IS DISTINCT FROM 'Check up'
       OR (p.name IS NULL) <> (a.practitioner IS NULL)`,
  );
  expect(wrong).toEqual([]);
});
