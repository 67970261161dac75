import { expect, test } from '@jest/globals';
import { isCoded } from '@tke/errors';
import { RequestProblem, subjectAccessReviewRoutes, type Route } from '@tke/webhook';
import type { SubjectAccessReviewStatus } from '@tke/meta';
import fc from 'fast-check';
import { parseJson } from '../../../webhook/src/server/json.ts';
import { Authorizer } from '../authorizer/authorizer.ts';
import { ProjectIndex, TenantIndex } from '../authorizer/directories.ts';
import { statusOf } from '../authorizer/verdict.ts';
import { maxReasonLength } from '../decide/decision.ts';
import { RuleIndex } from '../index/rule-index.ts';
import { groupKey, userKey } from '../rows/keys.ts';
import { fuzz, fuzzTimeoutMs } from './testing/fuzz.ts';
import { reviewBytes, reviewTexts } from './testing/review-bodies.ts';

const auth = 'auth.tkestack.io';
const policies = { group: auth, plural: 'policies' };
const clusters = { group: 'platform.tkestack.io', plural: 'clusters' };

/** Only ann, the group devs and the administrator root of tenant default hold anything; the tenant other has nobody. */
function authorizer(): Authorizer {
  const rules = new RuleIndex();
  for (const [at, v3] of ['*', 'impersonate*', 'createServiceaccountToken'].entries()) {
    rules.upsert(`allow-${at}`, { ptype: 'p', v0: 'pol-all', v1: '*', v2: '*', v3, v4: 'allow' });
  }
  rules.upsert('deny', { ptype: 'p', v0: 'pol-all', v1: '*', v2: '*secret:*', v3: '*', v4: 'deny' });
  for (const holder of [userKey('default', 'ann'), groupKey('default', 'devs')]) {
    rules.upsert(holder, { ptype: 'g', v0: holder, v1: 'pol-all', v2: '*' });
  }
  const tenants = new TenantIndex({ tenant: [policies], platform: [{ group: auth, plural: 'rules' }] });
  tenants.setTenant('default', ['root']);
  tenants.setTenant('other', []);
  tenants.setOwner(policies, { name: 'own' }, 'default');
  tenants.setOwner(policies, { name: 'foreign' }, 'other');
  tenants.setOwner(clusters, { name: 'cls-own' }, 'default');
  const projects = new ProjectIndex();
  projects.set(undefined, 'shop', 'prj-a');
  return new Authorizer({ rules, tenants, projects, hubTenants: new Set(['default']), ready: () => true });
}

const decisions = authorizer();
const [hub, member] = subjectAccessReviewRoutes({
  ready: () => true,
  authorize: (spec, { cluster }) => statusOf(decisions.verdict(spec, cluster === undefined ? {} : { cluster })),
}) as [Route, Route];

/** Undefined for what is refused as it should be; everything else that is thrown is a crash. */
function answer(body: Buffer, cluster: string | undefined): SubjectAccessReviewStatus | undefined {
  const route = cluster === undefined ? hub : member;
  const request = { path: route.path, headers: {}, peer: undefined, signal: new AbortController().signal };
  try {
    const params: Readonly<Record<string, string>> = cluster === undefined ? {} : { cluster };
    const response = route.handle({ ...request, params, body: parseJson(body, 100) });
    return (response as { body: { status: SubjectAccessReviewStatus } }).body.status;
  } catch (error) {
    if (error instanceof RequestProblem || (isCoded(error) && error.code === 'ReviewIncomplete')) {
      return undefined;
    }
    throw error;
  }
}

/** Read anew from the body, without any of the code under test. */
interface Claims {
  readonly spec: {
    readonly user?: string;
    readonly groups?: readonly string[];
    readonly group?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>> | null;
    readonly resourceAttributes?: {
      readonly group?: string;
      readonly resource?: string;
      readonly name?: string;
      readonly namespace?: string;
    } | null;
  };
}

const answers = { allowed: 0, denied: 0, noOpinion: 0, refused: 0 };

function check(body: Buffer, cluster: string | undefined): void {
  const status = answer(body, cluster);
  if (status === undefined) {
    answers.refused += 1;
    return;
  }
  answers[status.allowed ? 'allowed' : status.denied === true ? 'denied' : 'noOpinion'] += 1;
  expect(answer(body, cluster)).toEqual(status);
  expect(status.allowed && status.denied).toBe(false);
  expect(status.reason?.length).toBeLessThanOrEqual(maxReasonLength);
  expect(status.reason).not.toMatch(/\p{Cc}/u);
  if (status.allowed) {
    expectHolder(body, cluster);
  }
}

function expectHolder(body: Buffer, cluster: string | undefined): void {
  const { spec } = JSON.parse(body.toString()) as Claims;
  const groups = spec.groups ?? spec.group ?? [];
  expect(['ann', 'root'].includes(spec.user ?? '') || groups.includes('devs')).toBe(true);
  const { tenantid = [], ...others } = spec.extra ?? {};
  const extras = [...tenantid, ...(others['tkestack.io/tenantid'] ?? [])].filter((tenant) => tenant !== '');
  const claimed =
    extras.length > 0 ? extras : groups.filter((group) => /^tenant:./.test(group)).map((group) => group.slice(7));
  expect(new Set(claimed)).toEqual(new Set(['default']));
  expect([undefined, 'cls-own']).toContain(cluster);
  const { resource, group, name, namespace } = spec.resourceAttributes ?? {};
  const ofHub = cluster === undefined;
  expect(ofHub && namespace === 'kube-system').toBe(false);
  expect(
    ofHub && group === auth && (resource?.toLowerCase() === 'rules' || (resource === 'policies' && name === 'foreign')),
  ).toBe(false);
}

const cluster = fc.constantFrom(undefined, undefined, 'cls-own', 'cls-foreign', '', '__proto__', '*', 'a/b');

test(
  'a review that was changed is answered or refused, and nobody is allowed without a grant',
  () => {
    const inputs = fuzz(
      'reviews',
      fc.property(reviewTexts, cluster, (text, asked) => check(Buffer.from(text), asked)),
      { runs: 12_000, share: 1 / 2 },
    );
    // A replay is of one input; otherwise every answer must be among those given.
    const rare = Object.entries(answers).filter(([, times]) => times < 20);
    expect(inputs < 5_000 ? [] : rare).toEqual([]);
  },
  fuzzTimeoutMs,
);

test(
  'so are bytes that were a review',
  () => {
    fuzz(
      'bytes',
      fc.property(reviewBytes, cluster, (bytes, asked) => check(bytes, asked)),
      { runs: 12_000, share: 1 / 2 },
    );
  },
  fuzzTimeoutMs,
);
