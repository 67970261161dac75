// Measures authorization over a world of so many rules, and prints one JSON line. The process runs with --expose-gc.
import { groupKey, RuleIndex, userKey, type RuleSpec } from '@tke/authz';

import { casbinOver } from './casbin.ts';
import {
  authorizerOf,
  decide,
  questionsOf,
  randomReviews,
  reviewsOf,
  type Population,
  type Review,
} from './requests.ts';
import { timesOf, type Times } from './timing.ts';
import { defaultPolicyNames, g, namespaceName, p, rulesOf, tenantsOf, viewerActions } from './world.ts';

/** Microseconds, but for what says otherwise. */
export interface Measurements {
  readonly buildSeconds: number;
  readonly bytesPerRule: number;
  /** Callers at random over all tenants. */
  readonly decide: Times;
  readonly review: Times;
  readonly parse: Times;
  /** Undefined where it would take minutes. */
  readonly casbin: Times | undefined;
  /** A row is added or removed, and a decision sees it. */
  readonly change: Times;
  readonly callers: Readonly<Record<string, Times>>;
}

const tenant = 't0';
const requests = 20_000;
const casbinRows = 100_000;

function heapUsed(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

interface Built {
  readonly index: RuleIndex;
  readonly population: readonly Population[];
  readonly seconds: number;
  /** Kept for casbin only. */
  readonly specs: readonly RuleSpec[];
}

function buildIndex(rows: number, keepsSpecs: boolean): Built {
  const index = new RuleIndex();
  const [population, specs]: [Population[], RuleSpec[]] = [[], []];
  let seconds = 0;
  for (const { name, users, rules } of tenantsOf(rows)) {
    const start = performance.now();
    for (const rule of rules) {
      index.upsert(rule.name, rule.spec, rule.source);
    }
    seconds += (performance.now() - start) / 1_000;
    population.push({ name, users });
    specs.push(...(keepsSpecs ? rules.map(({ spec }) => spec) : []));
  }
  return { index, population, seconds, specs };
}

/** The second round counts: the first one compiles. */
function warmTimesOf<T>(inputs: readonly T[], call: (input: T) => unknown): Times {
  timesOf(inputs, call);
  return timesOf(inputs, call, 2);
}

function load(index: RuleIndex, source: string, specs: readonly RuleSpec[]): void {
  for (const rule of rulesOf(source, specs)) {
    index.upsert(rule.name, rule.spec, rule.source);
  }
}

/** Callers that hold much, beside everybody else. */
function addCallers(index: RuleIndex): readonly string[] {
  const projectPolicies = defaultPolicyNames(tenant, 'project');
  load(
    index,
    'ten',
    projectPolicies.map((policy) => g(userKey(tenant, 'ten-policies'), policy)),
  );
  for (let at = 0; at < 10; at += 1) {
    const [policy, object] = [`prj-${at}-viewer`, `cluster:cls-${tenant}/namespace:${namespaceName(tenant, at)}/*`];
    load(index, policy, [
      ...viewerActions.map((action) => p(policy, object, action)),
      g(userKey(tenant, 'ten-projects'), policy),
    ]);
  }
  for (let at = 0; at < 1_000; at += 1) {
    const [policy, object] = [`pol-thousand-${at}`, `cluster:cls-${tenant}/namespace:${namespaceName(tenant, at)}/*`];
    const rows = ['get*', '*Deployment*', 'listPods'].map((action) => p(policy, object, action));
    load(index, policy, [...rows, g(userKey(tenant, 'thousand'), policy)]);
  }
  return ['ten-policies', 'ten-projects', 'thousand'];
}

function measureChange(index: RuleIndex): Times {
  const [user, policy] = [userKey(tenant, 'changed'), 'pol-changed'];
  load(index, policy, [g(user, groupKey(tenant, 'grp-0')), p(policy, '*', 'getPod')]);
  const link = g(user, policy);
  const question = {
    subjects: [user],
    domain: '',
    object: 'namespace:n/pod:x',
    action: 'getPod',
    verb: 'get',
  } as const;
  return warmTimesOf(
    Array.from({ length: 2_000 }, (_, at) => at % 2 === 0),
    (adds) => {
      if (adds) {
        index.upsert('changed', link, 'PolicyBinding/changed');
      } else {
        index.remove('changed');
      }
      const { kind } = decide(index, question);
      if ((kind === 'allow') !== adds) {
        throw new Error(`a decision does not see the row: ${kind}`);
      }
    },
  );
}

async function measureCasbin(rows: number, built: Built, reviews: readonly Review[]): Promise<Times | undefined> {
  if (rows > casbinRows) {
    return undefined;
  }
  const enforce = await casbinOver(built.specs);
  const questions = questionsOf(built.index, built.population, reviews.slice(0, Math.max(4, 100_000 / rows)));
  enforce(questions[0]!);
  return timesOf(questions, enforce);
}

async function measure(rows: number): Promise<Measurements> {
  buildIndex(5_000, false);
  const before = heapUsed();
  const sized = buildIndex(rows, false);
  const bytesPerRule = (heapUsed() - before) / sized.index.size;
  const built = rows > casbinRows ? sized : buildIndex(rows, true);
  const { index, population } = built;
  const reviews = randomReviews(population, requests);
  const authorizer = authorizerOf(index, population);
  const ask = ({ spec, cluster }: Review) => authorizer.verdict(spec, cluster === undefined ? {} : { cluster });
  // A review that never reaches the rows would be a fast one.
  if (reviews.some((review) => ask(review).decision === undefined)) {
    throw new Error('a review was answered without the rows');
  }
  const decisionTimes = (asked: readonly Review[]) =>
    warmTimesOf(questionsOf(index, population, asked), (question) => decide(index, question));
  const figures = {
    buildSeconds: Math.min(sized.seconds, built.seconds),
    bytesPerRule,
    decide: decisionTimes(reviews),
    review: warmTimesOf(reviews, ask),
    parse: warmTimesOf(reviews, ({ body }) => JSON.parse(body) as unknown),
    casbin: await measureCasbin(rows, built, reviews),
  };
  const few = randomReviews(population.slice(0, 1), requests);
  const special = addCallers(index).map((user) => [user, decisionTimes(reviewsOf(tenant, user, 2_000))] as const);
  const callers = Object.fromEntries([['one tenant', decisionTimes(few)] as const, ...special]);
  return { ...figures, change: measureChange(index), callers };
}

process.stdout.write(`${JSON.stringify(await measure(Number(process.argv[2])))}\n`);
