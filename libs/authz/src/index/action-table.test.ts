import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compilePattern } from '../pattern/compile.ts';
import { matches } from '../pattern/match.ts';
import { fold } from '../pattern/pattern.ts';
import { ActionTable } from './action-table.ts';
import { PolicyRule } from './entries.ts';
import { RuleNode } from './rule-node.ts';

const node = new RuleNode('pol-a');
const actions = ['*', 'get*', '*Pod*', '*s', 'g*d', 'getPod', 'GETPOD', 'listPods', 'deletePod', 'list*'].map(
  compilePattern,
);
const objects = ['*', 'pod:x'].map(compilePattern);
const asked = ['getPod', 'listPods', 'deletePod', 'watchPod', 'getSecret', 'x'].map(fold);

test('rows come and go, few or many, and are found by their actions', () => {
  const row = fc.record({ action: fc.constantFrom(...actions), object: fc.constantFrom(...objects) });
  // A number takes the row at that place away.
  const change = fc.oneof(row, fc.nat(40));
  fc.assert(
    fc.property(fc.array(row, { maxLength: 16 }), fc.array(change, { maxLength: 30 }), (first, then) => {
      const table = new ActionTable();
      const rules: PolicyRule[] = [];
      for (const step of [...first, ...then]) {
        const rule = typeof step === 'number' ? rules.splice(step % Math.max(1, rules.length), 1)[0] : undefined;
        if (typeof step !== 'number') {
          rules.push(new PolicyRule({ name: 'r', source: undefined }, node, { ...step, effect: 'allow' }));
          table.add(rules.at(-1)!);
        } else if (rule !== undefined) {
          table.remove(rule);
        }
      }
      expect(new Set(table.rules())).toEqual(new Set(rules));
      expect(table.empty).toBe(rules.length === 0);
      for (const text of asked) {
        const tried: PolicyRule[] = [];
        expect(table.find(text, (rule) => tried.push(rule) === 0)).toBeUndefined();
        expect(tried).toHaveLength(rules.filter((rule) => matches(rule.action, text)).length);
        expect(tried.every((rule) => rules.includes(rule) && matches(rule.action, text))).toBe(true);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('the first accepted row is the answer', () => {
  const rule = (action: string) =>
    new PolicyRule({ name: action, source: undefined }, node, {
      action: compilePattern(action),
      object: compilePattern('*'),
      effect: 'allow',
    });
  const table = new ActionTable();
  ['get*', 'getPod', ...Array.from({ length: 10 }, (_, at) => `*Thing${at}`)].forEach((action) =>
    table.add(rule(action)),
  );
  expect(table.find(fold('getPod'), ({ name }) => name === 'get*')?.name).toBe('get*');
  expect(table.find(fold('getPod'), ({ name }) => name === 'getPod')?.name).toBe('getPod');
  expect(table.find(fold('getPod'), () => false)).toBeUndefined();
});
