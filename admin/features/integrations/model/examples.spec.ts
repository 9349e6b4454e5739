import { examplesFor, KEY_VARIABLE, withKey } from './examples';

describe('examplesFor', () => {
  it('has one line for each scope that has one, in a fixed order', () => {
    const examples = examplesFor(
      ['patients:write', 'stream:read', 'events:write'],
      'https://bell.example',
      withKey('wbk_x'),
    );
    expect(examples.map(({ scope }) => scope)).toEqual(['events:write', 'stream:read']);
    for (const { line } of examples) {
      expect(line).toContain("'https://bell.example/api/v1/");
      expect(line).toContain("-H 'Authorization: Bearer wbk_x'");
    }
  });

  it('reads the key from a variable where the key itself is not known', () => {
    const [example] = examplesFor(['patients:read'], 'https://bell.example', KEY_VARIABLE);
    expect(example?.line).toContain('-H "Authorization: Bearer $KEY"');
  });
});
