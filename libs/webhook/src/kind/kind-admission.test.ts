import { describe, expect, test } from '@jest/globals';

import type { Kind, KubeObject } from '@tke/meta';

import type { AdmissionRequest, AdmissionUser, FieldProblem, ValidationResult } from '../admission/types.ts';
import { kindAdmission, type KindChecks } from './kind-admission.ts';

interface Widget extends KubeObject {
  spec: { parts: readonly string[] };
}

const widgets: Kind<Widget> = {
  ...{ group: 'example.com', version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: false },
};
const userInfo: AdmissionUser = { username: 'alice', uid: '', groups: [], extra: {} };

const widget = (parts: readonly string[], labels: Record<string, string> = {}): Widget => ({
  ...{ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a', labels } },
  spec: { parts },
});

const problem = (field: string, value: unknown, rule = 'must hold'): FieldProblem => ({
  ...{ field, value, rule, remedy: 'Mend it.', type: 'Invalid' },
});

/** Parts that begin with `bad` are problems. */
const examine: KindChecks<Widget>['examine'] = ({ spec }) => ({
  problems: spec.parts.flatMap((part, i) => (part.startsWith('bad') ? [problem(`spec.parts[${i}]`, part)] : [])),
  warnings: spec.parts.filter((part) => part.startsWith('odd')),
});

async function judged(
  checks: Omit<KindChecks<Widget>, 'kind'>,
  object: Widget | undefined,
  oldObject?: Widget,
): Promise<ValidationResult> {
  const operation = object === undefined ? 'DELETE' : oldObject === undefined ? 'CREATE' : 'UPDATE';
  const sides = { ...(object && { object }), ...(oldObject && { oldObject }) };
  const request: AdmissionRequest<Widget> = {
    ...{ uid: '1', operation, kind: widgets, name: 'a', userInfo, dryRun: false, ...sides },
  };
  return kindAdmission({ kind: widgets, ...checks }).validate!(request);
}

const fieldsOf = ({ problems }: ValidationResult) => problems.map(({ field }) => field);

describe('what an object says', () => {
  test('is judged when it is new', async () => {
    expect(await judged({ examine }, widget(['bad', 'odd', 'bad']))).toMatchObject({
      problems: [{ field: 'spec.parts[0]' }, { field: 'spec.parts[2]' }],
      warnings: ['odd'],
    });
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ['what it brings in', ['bad', 'bad2'], ['spec.parts[1]']],
    ['what it makes of what was wrong', ['bad3'], ['spec.parts[0]']],
    ['nothing that was wrong before', ['bad', 'good'], []],
  ])('is refused, of a change, for %s', async (_, parts, fields) => {
    expect(fieldsOf(await judged({ examine }, widget(parts), widget(['bad'])))).toEqual(fields);
  });

  test('is not judged when nothing but metadata changes, nor at its end', async () => {
    const nothing = { problems: [], warnings: [] };
    expect(await judged({ examine }, widget(['bad', 'odd'], { a: 'b' }), widget(['bad', 'odd']))).toEqual(nothing);
    expect(await judged({ examine }, undefined, widget(['bad']))).toEqual(nothing);
  });

  test.each<[string, readonly string[], string, readonly string[]]>([
    ['known by what is there: in another way', ['bad2'], 'spec.parts[0]', ['spec.parts[0]']],
    ['known by what is there: in the same way', ['bad', 'good'], 'spec.parts[0]', []],
    ['known where nothing is there', ['good'], 'spec.size', []],
    ['none that is known where its field cannot be read', ['good'], '', ['']],
  ])('of a problem whose value is not shown is %s', async (_, parts, field, fields) => {
    const hidden = () => ({ problems: [problem(field, undefined)], warnings: [] });
    expect(fieldsOf(await judged({ examine: hidden }, widget(parts), widget(['bad'])))).toEqual(fields);
  });

  test.each([
    ['fields', (i: number) => problem(`spec.parts[${i}]`, 'bad')],
    ['values', (i: number) => problem('spec.parts', `bad${i}`)],
  ])(
    'of a thousand problems of different %s is compared with what was before without comparing each with each',
    async (_, one) => {
      let looks = 0;
      const counted = (i: number): FieldProblem => ({
        ...one(i),
        get value() {
          looks += 1;
          return one(i).value;
        },
      });
      const many = () => ({ problems: Array.from({ length: 1_000 }, (_, i) => counted(i)), warnings: [] });
      expect(fieldsOf(await judged({ examine: many }, widget(['x']), widget(['y'])))).toEqual([]);
      expect(looks).toBeLessThan(10 * 1_000);
    },
  );
});

describe('a change as such', () => {
  const change: KindChecks<Widget>['change'] = ({ object, oldObject }) => ({
    problems: [problem('spec', `${oldObject?.spec.parts.join() ?? 'none'} to ${object!.spec.parts.join()}`)],
    warnings: [],
  });

  test('is judged by both sides, whatever was refused before', async () => {
    expect((await judged({ change }, widget(['b']))).problems).toMatchObject([{ value: 'none to b' }]);
    expect((await judged({ change }, widget(['b']), widget(['a']))).problems).toMatchObject([{ value: 'a to b' }]);
  });

  test('is none of metadata, and no end', async () => {
    expect(fieldsOf(await judged({ change }, widget(['a'], { a: 'b' }), widget(['a'])))).toEqual([]);
    expect(fieldsOf(await judged({ change }, undefined, widget(['a'])))).toEqual([]);
  });
});

describe('who writes', () => {
  const refuse = () => Promise.resolve([problem('metadata.name', 'a')]);
  const change: KindChecks<Widget>['change'] = () => ({ problems: [problem('spec', 'x')], warnings: ['changed'] });
  const end = () => ['its parts stay'];

  test('is told of all else when nobody refuses him', async () => {
    const all = { authorize: () => [], examine, change, end };
    expect(await judged(all, widget(['bad', 'odd']))).toMatchObject({
      problems: [{ field: 'spec' }, { field: 'spec.parts[0]' }],
      warnings: ['changed', 'odd'],
    });
    expect(await judged(all, undefined, widget(['bad']))).toEqual({ problems: [], warnings: ['its parts stay'] });
  });

  test('is told nothing else when he is refused, whatever changes, and at the end', async () => {
    const all = { authorize: refuse, examine, change, end };
    const refused = { problems: [expect.objectContaining({ field: 'metadata.name' })], warnings: [] };
    expect(await judged(all, widget(['bad', 'odd']))).toEqual(refused);
    expect(await judged(all, widget(['bad2', 'odd']), widget(['bad']))).toEqual(refused);
    expect(await judged(all, widget(['bad'], { a: 'b' }), widget(['bad']))).toEqual(refused);
    expect(await judged(all, undefined, widget(['bad']))).toEqual(refused);
  });
});
