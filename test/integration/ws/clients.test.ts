import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { database, server, useServer } from '../../support/fixture.js';
import { describeWith } from '../../support/programs.js';
import { findPython } from '../../support/python.mjs';
import { type Clinic, createClinic, createPatient } from './clinic.js';
import { type Program, runProgram } from './program.js';

useServer();

describe('Clients that others wrote', () => {
  let clinic: Clinic;
  const programs: Program[] = [];
  const run = (...command: Parameters<typeof runProgram>): Program => {
    const program = runProgram(...command);
    programs.push(program);
    return program;
  };
  beforeAll(async () => {
    clinic = await createClinic(database);
  });
  afterEach(async () => {
    await Promise.all(programs.splice(0).map((program) => program.stop()));
  });

  describeWith('python3-websockets', "Python's websockets", () => {
    const listen = (token: string) =>
      run(findPython() ?? '', ['test/integration/ws/listen.py', server.wsUrl, token]);

    it('connects, pings and gets an event', async () => {
      const python = listen(await clinic.token('clinician'));
      await python.prints(/^connected .*"heartbeat_interval": 30/m);
      await python.prints(/^pong$/m);
      await createPatient(server, clinic, { first_name: 'Grace', last_name: 'Hopper' });
      await python.prints(/^patient_created .*"first_name": "Grace"/m);
    });

    it('reads why it was refused', async () => {
      const python = listen('not-a-token');
      await python.prints(/^closed 1008 Authentication failed$/m);
    });
  });

  describe('wscat', () => {
    const wscat = (url: string, ...args: readonly string[]) =>
      run(process.execPath, ['node_modules/wscat/bin/wscat', '-c', url, ...args]);

    it('connects as in the README, pings and gets an event', async () => {
      const program = wscat(`${server.wsUrl}?token=${await clinic.token('clinician')}`);
      await program.prints(/"type":"connected"/);
      program.type('ping');
      await program.prints(/pong/);
      await createPatient(server, clinic, { first_name: 'Ada', last_name: 'Lovelace' });
      const [text] = await program.prints(/\{"type":"patient_created".*\}/);
      expect(JSON.parse(text)).toMatchObject({ data: { last_name: 'Lovelace' } });
    });

    it('keeps the token out of the URL by a header or by a subprotocol', async () => {
      const token = await clinic.token('clinician');
      for (const args of [
        ['-H', `Authorization: Bearer ${token}`],
        ['-s', 'wardbell.v1', '-s', `bearer.${token}`],
      ]) {
        const program = wscat(server.wsUrl, ...args);
        await program.prints(/"type":"connected"/);
      }
    });
  });
});
