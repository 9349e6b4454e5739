import { layLanes } from './lanes';

const lay = (...spans: readonly (readonly [number, number])[]) =>
  layLanes(spans, ([startMs, endMs]) => ({ startMs, endMs })).map(({ lane, lanes }) => `${lane}/${lanes}`);

describe('lanes', () => {
  it('give the whole width to what stands alone, also right after another', () => {
    expect(lay([0, 10], [10, 20], [30, 40])).toEqual(['0/1', '0/1', '0/1']);
  });

  it('put what overlaps side by side', () => {
    expect(lay([0, 10], [0, 10], [5, 15])).toEqual(['0/3', '1/3', '2/3']);
  });

  it('use a lane again once it is free, as long as something else goes on', () => {
    expect(lay([0, 30], [5, 10], [10, 20], [30, 40])).toEqual(['0/2', '1/2', '1/2', '0/1']);
  });

  it('have nothing to say about nothing', () => {
    expect(lay()).toEqual([]);
  });
});
