import { setTimeout as pause } from 'node:timers/promises';
import { DelaySample, monotonicUs } from '../statistics.js';
import { mintToken } from '../token.js';
import type { Echo, EchoReport, Hammer, HammerReport } from './commands.js';
import { HttpConnection } from './http-connection.js';
import type { Tally } from './tally.js';

const patientPath = (id: string): string => `/api/v1/patients/${id}`;
let phones = 0;
/** Another number each time: a change to what is there already would be no write. */
const newPhone = (): string => JSON.stringify({ phone: `+49 30 ${1_000_000 + phones++}` });

const requestOf = (request: Hammer['request'], id: string) =>
  request === 'update'
    ? (['PATCH', patientPath(id)] as const)
    : (['GET', request === 'read' ? patientPath(id) : '/api/v1/patients?limit=50'] as const);

/** Asks for patients over HTTP as fast as so many connections can, each with one request at a time. */
export const hammer = async ({
  host,
  port,
  connections,
  seconds,
  request,
  patients,
}: Hammer): Promise<HammerReport> => {
  const targets = patients.map(({ id, identity }, index) => ({
    asked: requestOf(request, id),
    token: mintToken(identity, `writer-${index}`),
  }));
  const delays = new DelaySample();
  const failed: Record<string, number> = {};
  let answered = 0;
  let next = 0;
  const startUs = monotonicUs();
  const endUs = startUs + seconds * 1e6;
  const worker = async (): Promise<void> => {
    const connection = new HttpConnection(host, port);
    while (monotonicUs() < endUs) {
      const target = targets[next++ % targets.length];
      if (!target) break;
      const sentUs = monotonicUs();
      const [method, path] = target.asked;
      const body = request === 'update' ? newPhone() : '';
      const { status } = await connection.request(method, path, target.token, body);
      delays.add(monotonicUs() - sentUs);
      answered++;
      if (status !== 200) failed[status] = (failed[status] ?? 0) + 1;
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, worker));
  return { answered, failed, tookS: (monotonicUs() - startUs) / 1e6, delayUs: delays.summary() };
};

const VERSION = /"version":(\d+)/;
const SEQ = /"seq":(\d+)/;
const FRAME_TIMEOUT_MS = 5_000;

/** Changes one patient now and then on an idle server, and says when the frames came. */
export const echo = async (
  { host, port, patientId, identity, writes, gapMs }: Echo,
  tally: Tally,
): Promise<EchoReport> => {
  const token = mintToken(identity, 'writer');
  const connection = new HttpConnection(host, port);
  const sentUs = new Map<string, number>();
  const early = new Map<string, number[]>();
  const delays = new DelaySample();
  const receipts: [number, number][] = [];
  const wallOffsetUs = performance.timeOrigin * 1_000;
  let frames = 0;
  tally.observer = (text) => {
    const atUs = monotonicUs();
    const version = VERSION.exec(text)?.[1];
    const seq = SEQ.exec(text)?.[1];
    if (version === undefined || seq === undefined) return;
    frames++;
    receipts.push([Number(seq), wallOffsetUs + performance.now() * 1_000]);
    const sent = sentUs.get(version);
    // the frame may overtake the answer to the request, which says the version
    if (sent === undefined) early.set(version, [...(early.get(version) ?? []), atUs]);
    else delays.add(atUs - sent);
  };
  try {
    for (let write = 0; write < writes; write++) {
      const startUs = monotonicUs();
      const before = frames;
      const { status, body } = await connection.request('PATCH', patientPath(patientId), token, newPhone());
      const version = VERSION.exec(body)?.[1];
      if (status !== 200 || version === undefined) throw new Error(`a write was answered ${status}`);
      sentUs.set(version, startUs);
      for (const atUs of early.get(version) ?? []) delays.add(atUs - startUs);
      early.delete(version);
      const deadlineMs = performance.now() + FRAME_TIMEOUT_MS;
      while (frames === before && performance.now() < deadlineMs) await pause(1);
      await pause(gapMs);
    }
  } finally {
    tally.observer = undefined;
    connection.close();
  }
  return { requestToFrameUs: delays.summary(), receipts };
};
