import { describe, expect, jest, test } from '@jest/globals';
import { quotaLimits } from '@tke/api-business';
import fc from 'fast-check';

import type { Claim } from './claim.ts';
import { givenBack } from './confirm.ts';
import { chargesOf, totalCharged, type Entry } from './entries.ts';
import { covers, none, sameLimits, type Limits } from './limits.ts';
import { overdraftsOf } from './overdraft.ts';
import { isGrant, settle } from './settle.ts';

const limits = (clusters: Record<string, Record<string, number>>): Limits =>
  new Map(
    Object.entries(clusters).map(([cluster, kinds]) => [
      cluster,
      new Map(Object.entries(kinds).map(([kind, amount]) => [kind, BigInt(amount)])),
    ]),
  );

const claim = (uid: string, wanted: Limits | undefined, more: Partial<Claim> = {}): Claim => ({
  ...{ kind: 'Namespace', name: `name-${uid}`, uid, generation: 1, createdAt: '2026-01-01T00:00:00Z' },
  ...{ wanted, inForce: undefined, isObserved: true },
  ...more,
});

const entry = (uid: string, generation: number, clusters: Limits): Entry => ({
  ...{ kind: 'Namespace', name: `name-${uid}`, uid, generation, clusters },
});

const a = (cpu: number) => limits({ a: { cpu } });
const empty = { limit: a(10), open: true, entries: [] };
const granted = ({ entries }: ReturnType<typeof settle>) => entries.map(({ uid }) => uid);

describe('settle', () => {
  test('grants the older of two claims that do not fit together', () => {
    const older = claim('2', a(6), { createdAt: '2026-01-01T00:00:00Z' });
    const newer = claim('1', a(6), { createdAt: '2026-01-01T00:00:01Z' });
    expect(granted(settle(empty, [newer, older]))).toEqual(['2']);
  });

  test('one that does not fit keeps nobody else waiting', () => {
    expect(granted(settle(empty, [claim('1', a(11)), claim('2', a(10))]))).toEqual(['2']);
  });

  test.each<[string, Limits, Limits, boolean]>([
    ['a cluster the project has not', a(1), limits({ b: { cpu: 1 } }), false],
    ['an unlimited child of a limited project', a(1), limits({ a: {} }), false],
    ['kinds the project does not limit', a(1), limits({ a: { cpu: 1, pods: 1000 } }), true],
    ['nothing of a limit of nothing', a(0), a(0), true],
    ['something of a limit of nothing', a(0), a(1), false],
    ['an unlimited child of an unlimited project', limits({ a: {} }), limits({ a: {} }), true],
  ])('%s', (_, limit, wanted, isGranted) => {
    expect(granted(settle({ ...empty, limit }, [claim('1', wanted)]))).toEqual(isGranted ? ['1'] : []);
  });

  test('what is in force stays charged while more is asked for', () => {
    const entries: Entry[] = [entry('1', 1, a(4))];
    const raised = claim('1', a(11), { generation: 2, inForce: a(4) });
    const settled = settle({ ...empty, entries }, [raised]);
    expect(settled.used).toEqual(a(4));
    expect(settled.entries[0]?.generation).toBe(1);
  });

  test('a grant stays until the child has moved on', () => {
    const entries: Entry[] = [entry('1', 1, a(4))];
    const closed = { limit: none, open: false, entries };
    expect(settle(closed, [claim('1', a(4))]).entries).toEqual(
      settle({ ...empty, entries }, [claim('1', a(4))]).entries,
    );
    expect(settle(closed, [claim('1', a(9), { generation: 2 })]).entries).toEqual([]);
    expect(settle(closed, [claim('1', undefined, { generation: 2, inForce: a(3) })]).used).toEqual(a(3));
  });

  test('what was granted before stays charged until the child has looked at its present state', () => {
    const entries = [entry('1', 1, a(9))];
    const lowered = claim('1', a(2), { generation: 2, inForce: a(2), isObserved: false });
    expect(settle({ ...empty, entries }, [lowered]).used).toEqual(a(9));
    expect(settle({ ...empty, entries }, [{ ...lowered, isObserved: true }]).used).toEqual(a(2));
  });

  test('a limit lowered below what is used is an overdraft, and nobody gets more', () => {
    const children = [claim('1', a(8), { inForce: a(8) }), claim('2', limits({ b: {} }))];
    const settled = settle({ limit: limits({ a: { cpu: 5 }, b: {} }), open: true, entries: [] }, children);
    expect(settled.overdrafts).toEqual([{ cluster: 'a', resource: 'cpu', limit: 5n, used: 8n }]);
    expect(granted(settled)).toEqual(['1']);
  });

  test('a kind limited by force finds the child that has no limit', () => {
    const settled = settle(empty, [claim('1', limits({ a: {} }), { inForce: limits({ a: {} }) })]);
    expect(settled.overdrafts).toEqual([{ cluster: 'a', resource: 'cpu', limit: 10n, used: undefined }]);
  });

  test('whoever has what he wants asks for nothing, whatever his generation', () => {
    const entries: Entry[] = [entry('1', 1, a(4))];
    const renamed = claim('1', a(4), { generation: 7, inForce: a(4) });
    expect(settle({ ...empty, entries }, [renamed])).toMatchObject({ entries });
  });

  test('an obstacle refuses what there would be enough for', () => {
    expect(granted(settle(empty, [claim('1', a(1), { obstacle: 'OtherTenant' })]))).toEqual([]);
  });

  test('no more than an object can hold is granted, and what is in force stays charged all the same', () => {
    const kinds = Object.fromEntries(Array.from({ length: 48 }, (_, i) => [`example.com/resource-${i}`, 1]));
    const wide = limits({ a: kinds });
    const many = Array.from({ length: 1000 }, (_, i) => claim(String(i), wide));
    const ledger = { ...empty, limit: limits({ a: {} }) };
    const { entries } = settle(ledger, many);
    expect(2 * JSON.stringify(chargesOf(entries)).length).toBeLessThan(quotaLimits.ledgerBytes);
    expect(entries.length).toBeGreaterThan(100);
    expect(settle({ ...ledger, entries }, many).entries).toEqual(entries);
    // Each of them may be lowered and raised within what it has.
    const first = { ...many.find(({ uid }) => uid === entries[0]?.uid)!, generation: 2, inForce: wide, wanted: a(0) };
    const settled = settle({ ...ledger, entries }, [...many.filter(({ uid }) => uid !== first.uid), first]);
    expect(settled.entries[0]?.generation).toBe(2);
    const inForce = many.map((each) => ({ ...each, inForce: wide }));
    expect(settle(ledger, inForce).entries).toHaveLength(1000);
  });

  test('has no room for child 1025', () => {
    const many = Array.from({ length: 1025 }, (_, i) => claim(String(i), a(0)));
    expect(settle(empty, many).entries).toHaveLength(1024);
  });

  test('looks no more often at amounts for each of a thousand children than for each of a hundred', () => {
    const many = Array.from({ length: 1000 }, (_, i) => claim(String(i), a(1)));
    const looksAt = (claims: readonly Claim[]) => {
      const get = jest.spyOn(Map.prototype, 'get');
      try {
        expect(settle({ ...empty, limit: a(1000) }, claims).entries).toHaveLength(claims.length);
        return get.mock.calls.length;
      } finally {
        get.mockRestore();
      }
    };
    const few = looksAt(many.slice(0, 100));
    expect(few).toBeGreaterThan(100);
    // Ten times as often; where each child looked at all others, a hundred times.
    expect(looksAt(many) / few).toBeLessThan(20);
  });
});

const amounts = fc.dictionary(fc.constantFrom('cpu', 'pods'), fc.integer({ min: 0, max: 9 }));
const someLimits = fc.dictionary(fc.constantFrom('a', 'b'), amounts).map(limits);
const someClaim = fc
  .record({
    uid: fc.integer({ min: 0, max: 9 }).map(String),
    generation: fc.integer({ min: 1, max: 4 }),
    createdAt: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z'),
    wanted: fc.option(someLimits, { nil: undefined }),
    inForce: fc.option(someLimits, { nil: undefined }),
    isObserved: fc.boolean(),
  })
  .map(({ uid, wanted, ...more }) => claim(uid, wanted, more));
const someClaims = fc.uniqueArray(someClaim, { selector: ({ uid }) => uid, maxLength: 8 });
const someLedger = fc.record({
  limit: someLimits,
  open: fc.boolean(),
  entries: fc
    .uniqueArray(
      fc.record({
        uid: fc.integer({ min: 0, max: 9 }).map(String),
        generation: fc.integer({ min: 0, max: 4 }),
        clusters: someLimits,
      }),
      {
        selector: ({ uid }) => uid,
        maxLength: 8,
      },
    )
    .map((entries) => entries.map((entry): Entry => ({ kind: 'Namespace', name: `name-${entry.uid}`, ...entry }))),
});

describe('whatever the ledger and the claims are', () => {
  const holds = (check: (ledger: Parameters<typeof settle>[0], claims: readonly Claim[]) => void) =>
    fc.assert(fc.property(someLedger, someClaims, check), { numRuns: 500 });

  test('what is used is the sum of the charges, and what is in force is charged', () => {
    holds((ledger, claims) => {
      const { entries, used } = settle(ledger, claims);
      expect(sameLimits(used, totalCharged(entries))).toBe(true);
      for (const { uid, inForce } of claims.filter((each) => each.inForce !== undefined)) {
        expect(covers(entries.find((entry) => entry.uid === uid)!.clusters, inForce!)).toBe(true);
      }
    });
  });

  test('grants never exceed the limit, nor make an overdraft worse', () => {
    holds((ledger, claims) => {
      const settled = settle(ledger, claims);
      expect(overdraftsOf(ledger.limit, settled.entries)).toEqual(settled.overdrafts);
    });
  });

  test('settling again changes nothing, and needs nobody asked', () => {
    holds((ledger, claims) => {
      const once = settle(ledger, claims);
      const twice = settle({ ...ledger, entries: once.entries }, claims);
      expect(twice).toEqual(once);
      expect(givenBack(once.entries, twice.entries)).toEqual([]);
    });
  });

  test('the order of the claims does not matter', () => {
    fc.assert(
      fc.property(
        someLedger,
        someClaims.chain((claims) =>
          fc.tuple(fc.constant(claims), fc.shuffledSubarray(claims, { minLength: claims.length })),
        ),
        (ledger, [claims, shuffled]) => {
          const [one, other] = [settle(ledger, claims), settle(ledger, shuffled)];
          expect(other.entries).toEqual(one.entries);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('nobody is refused what fits beside all who are older or hold something', () => {
    holds((ledger, claims) => {
      const { entries, overdrafts } = settle(ledger, claims);
      const isRefused = ({ uid, generation, wanted, inForce }: Claim) =>
        wanted !== undefined &&
        !(inForce !== undefined && sameLimits(inForce, wanted)) &&
        !entries.some((each) => each.uid === uid && isGrant(each, generation, wanted));
      for (const { uid, wanted } of overdrafts.length > 0 || !ledger.open ? [] : claims.filter(isRefused)) {
        const others = entries.filter((each) => each.uid !== uid);
        expect(overdraftsOf(ledger.limit, [...others, entry(uid, 1, wanted!)])).not.toEqual([]);
      }
    });
  });
});
