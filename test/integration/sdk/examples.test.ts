import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.js';
import { server, useServer } from '../../support/fixture.js';
import { call } from '../../support/http.js';
import { describeWith } from '../../support/programs.js';
import { findPython } from '../../support/python.mjs';
import { createTenant, type TestTenant } from '../../support/tenant.js';
import { eventually } from '../../support/wait.js';
import { type Program, runProgram } from '../ws/program.js';

useServer();

describe('the examples of the SDK and of the protocol', () => {
  let proxy: FaultProxy;
  let tenant: TestTenant;
  let program: Program | undefined;

  beforeEach(async () => {
    proxy = await startFaultProxy(server.port);
    tenant = await createTenant(server);
  });
  afterEach(async () => {
    await program?.stop();
    await proxy.close();
  });

  const run = (interpreter: string, file: string): Program =>
    runProgram('env', [`TOKEN=${tenant.clinician.token}`, interpreter, file, proxy.through(server.wsUrl)]);

  const write = async () => {
    const { status } = await call(server.url, 'POST', '/patients', {
      token: tenant.clinician.token,
      body: { first_name: 'Test', last_name: 'Patient' },
    });
    expect(status).toBe(201);
  };

  /** Prints every event once, over a drop in which one was written. */
  const expectResumes = async (running: Program, line: (seq: number) => RegExp) => {
    await eventually(() => proxy.open === 1);
    await running.prints(/live|listening/);
    await write();
    await running.prints(line(1));
    proxy.cut();
    await write();
    await running.prints(line(2));
    await write();
    await running.prints(line(3));
  };

  it('Node', async () => {
    program = run(process.execPath, 'client/examples/node.mjs');
    await expectResumes(program, (seq) => new RegExp(`^patient_created ${seq}$`, 'm'));
  });

  describeWith('python3-websockets', 'with Python', () => {
    it('resumes by the protocol alone', async () => {
      program = run(findPython() ?? '', 'client/examples/client.py');
      await expectResumes(program, (seq) => new RegExp(`^${seq} patient_created$`, 'm'));
    });
  });
});
