import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import de from './de.json';
import en from './en.json';
import fr from './fr.json';

const SERVER = 'server/src';
const sources = readdirSync(SERVER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && !name.includes('generated'))
  .map((name) => readFileSync(join(SERVER, name), 'utf8'));
/** Actions as the server writes them: in an audit row, or through a function that makes one. */
const ACTION = /(?:action: |audit\w*\(tx, )'([a-z_]+\.[a-z_]+)'/g;
const written = new Set(
  sources.flatMap((text) => [...text.matchAll(ACTION)].map(([, action = '']) => action)),
);

/** What an audit row is about. */
const OBJECT = /objectType: '([a-z_]+)'/g;
const objects = new Set(sources.flatMap((text) => [...text.matchAll(OBJECT)].map(([, type = '']) => type)));

describe('The words of the audit log', () => {
  it.each([
    ['English', en],
    ['German', de],
    ['French', fr],
  ])('name every action that the server writes in %s', (_, { actions }) => {
    expect(written.size).toBeGreaterThan(30);
    expect([...written].filter((action) => !(action in actions))).toEqual([]);
  });

  it('name every kind of object that the server writes', () => {
    expect(objects.size).toBeGreaterThan(10);
    expect([...objects].filter((type) => !(type in en.objects))).toEqual([]);
  });
});
