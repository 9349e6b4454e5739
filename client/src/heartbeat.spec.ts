import { type ManualRuntime, manualRuntime } from '../../test/support/manual-runtime.js';
import { ANSWER_MS, createHeartbeat, type Heartbeat, RECHECK_MS } from './heartbeat.js';

const IDLE_MS = 10_000;

const setUp = () => {
  const runtime: ManualRuntime = manualRuntime();
  const said = { pings: 0, deaths: 0 };
  const heartbeat: Heartbeat = createHeartbeat(
    runtime,
    () => IDLE_MS,
    () => {
      said.pings += 1;
    },
    () => {
      said.deaths += 1;
      heartbeat.stop();
    },
  );
  return { runtime, said, heartbeat };
};

describe('heartbeat', () => {
  it('asks after a silence and is content with an answer', () => {
    const { runtime, said, heartbeat } = setUp();
    runtime.advance(IDLE_MS);
    expect(said.pings).toBe(1);
    runtime.advance(50);
    heartbeat.touch();
    runtime.advance(ANSWER_MS);
    expect(said).toEqual({ pings: 1, deaths: 0 });
    runtime.advance(IDLE_MS);
    expect(said.pings).toBe(2);
  });

  it('asks nothing while the server is heard', () => {
    const { runtime, said, heartbeat } = setUp();
    for (let second = 0; second < 60; second += 1) {
      runtime.advance(1_000);
      heartbeat.touch();
    }
    expect(said).toEqual({ pings: 0, deaths: 0 });
  });

  it('finds a silent network dead within idle and answer time, once', () => {
    const { runtime, said } = setUp();
    runtime.advance(IDLE_MS + ANSWER_MS);
    expect(said).toEqual({ pings: 1, deaths: 1 });
    runtime.advance(1_000_000);
    expect(said.deaths).toBe(1);
    expect(runtime.pending).toBe(0);
  });

  it('finds it within the doubt when there is reason to doubt', () => {
    const { runtime, said, heartbeat } = setUp();
    runtime.advance(1_000);
    heartbeat.probe();
    heartbeat.probe();
    expect(said.pings).toBe(1);
    runtime.advance(RECHECK_MS);
    expect(said.deaths).toBe(1);
  });

  it('does not ask when the server was heard a moment ago', () => {
    const { runtime, said, heartbeat } = setUp();
    runtime.advance(5_000);
    heartbeat.touch();
    heartbeat.probe();
    expect(said.pings).toBe(0);
  });

  it('asks all the same when the network is said to be gone', () => {
    const { runtime, said, heartbeat } = setUp();
    runtime.advance(5_000);
    heartbeat.touch();
    runtime.advance(100);
    heartbeat.probe(true);
    expect(said.pings).toBe(1);
    runtime.advance(RECHECK_MS);
    expect(said.deaths).toBe(1);
  });

  it('asks once more when its deadline was slept over, for the answer may lie unread', () => {
    const { runtime, said, heartbeat } = setUp();
    runtime.advance(IDLE_MS);
    runtime.sleep(3_600_000);
    runtime.advance(ANSWER_MS);
    expect(said).toEqual({ pings: 2, deaths: 0 });
    heartbeat.touch();
    runtime.advance(RECHECK_MS);
    expect(said.deaths).toBe(0);
  });

  it('is not kept waiting by sleep for ever: the second deadline counts', () => {
    const { runtime, said } = setUp();
    runtime.advance(IDLE_MS);
    runtime.sleep(3_600_000);
    runtime.advance(ANSWER_MS);
    runtime.sleep(3_600_000);
    runtime.advance(RECHECK_MS);
    expect(said.deaths).toBe(1);
  });

  it('survives a clock that is set back by an hour', () => {
    const { runtime, said, heartbeat } = setUp();
    runtime.sleep(-3_600_000);
    runtime.advance(IDLE_MS);
    expect(said.deaths).toBe(0);
    runtime.advance(IDLE_MS);
    expect(said.pings).toBeGreaterThan(0);
    heartbeat.touch();
    runtime.advance(ANSWER_MS);
    expect(said.deaths).toBe(0);
  });

  it('catches up at once on what a throttled timer still owes', () => {
    const { runtime, said, heartbeat } = setUp();
    runtime.sleep(IDLE_MS);
    heartbeat.catchUp();
    expect(said.pings).toBe(1);
    heartbeat.touch();
    runtime.sleep(ANSWER_MS);
    heartbeat.catchUp();
    expect(said.deaths).toBe(0);
  });
});
