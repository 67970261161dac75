import { describe, expect, test } from '@jest/globals';
import { parseRow } from './parse-row.ts';
import { ruleSpec, type Row, type RuleSpec } from './row.ts';

const p: RuleSpec = { ptype: 'p', v0: 'pol-a', v1: '*', v2: '*', v3: 'get*', v4: 'allow', v5: '', v6: '' };
const g: RuleSpec = { ptype: 'g', v0: 'default##user##test', v1: 'pol-a', v2: 'prj-a', v3: '', v4: '', v5: '', v6: '' };

test('reads the rows TKEStack stores', () => {
  expect(parseRow(p)).toEqual({
    ok: true,
    row: { kind: 'p', policy: 'pol-a', object: '*', action: 'get*', effect: 'allow' },
  });
  expect(parseRow(g)).toEqual({
    ok: true,
    row: { kind: 'g', member: 'default##user##test', role: 'pol-a', domain: 'prj-a' },
  });
});

test.each<Row>([
  { kind: 'p', policy: 'pol-a', object: 'cluster:c/*', action: 'getPod', effect: 'deny' },
  { kind: 'g', member: 't##user##*', role: 'rol-a', domain: '*' },
])('a row written as a Rule reads the same', (row) => {
  expect(parseRow(ruleSpec(row))).toEqual({ ok: true, row });
});

describe('defects', () => {
  test.each<[string, RuleSpec, string[]]>([
    ['unknown ptype', { ...p, ptype: 'x' }, ['ptype']],
    ['ptype that is a property of every object', { ...p, ptype: 'constructor' }, ['ptype']],
    ['no policy', { ...p, v0: '' }, ['v0']],
    ['no member', { ...g, v0: '' }, ['v0']],
    ['no role', { ...g, v1: '' }, ['v1']],
    ['no domain', { ...g, v2: '' }, ['v2']],
    ['absent columns', { ptype: 'p' }, ['v0', 'v2', 'v3', 'v4']],
    ['a project in a p row', { ...p, v1: 'prj-a' }, ['v1']],
    ['an unknown effect', { ...p, v4: 'Allow' }, ['v4']],
    ['a comma in a resource', { ...p, v2: 'a,b' }, ['v2']],
    ['a comma in a member', { ...g, v0: 't##user##a,b' }, ['v0']],
    ['a segment without a name', { ...p, v2: 'a/:/b' }, ['v2']],
    ['regular-expression text', { ...p, v2: 'a|b', v3: 'get(Pod)' }, ['v2', 'v3']],
    ['control characters', { ...g, v1: 'pol-a\n' }, ['v1']],
    ['blanks at the ends', { ...g, v2: ' prj-a' }, ['v2']],
    ['over-long text', { ...p, v0: 'x'.repeat(513), v3: 'x'.repeat(129) }, ['v0', 'v3']],
    ['columns that nothing reads', { ...g, v3: 'x', v6: 'y' }, ['v3', 'v6']],
    ['a number', { ...p, v2: 7 as unknown as string }, ['v2']],
  ])('%s', (_name, spec, fields) => {
    const parsed = parseRow(spec);
    expect(parsed.ok ? [] : [...new Set(parsed.defects.map(({ field }) => field))]).toEqual(fields);
    expect(parsed.ok ? [] : parsed.defects.filter(({ rule, remedy }) => rule === '' || remedy === '')).toEqual([]);
  });
});
