import { localIdentity, rule, type Rule } from '@tke/api-auth';
import {
  compareAnswers,
  compareVerdicts,
  entriesMissingIn,
  everythingBy,
  patternQuestions,
  type ChangedAnswer,
  type SubjectName,
} from '@tke/authz';
import { followedKinds } from '@tke/authz-state';
import { kindKey, type Kind } from '@tke/meta';

import { basisOf, type ReadBasis } from '../cluster/basis.ts';
import { isNeededFor } from '../cluster/needed-kinds.ts';
import { openSession } from '../cluster/session.ts';
import { readSnapshot, type Snapshot } from '../cluster/snapshot.ts';
import type { Arguments, Command, CommandContext } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { changeSnapshot, isOfKind, type ObjectChange } from '../simulate/change-snapshot.ts';
import { compileRules, rulesAfter, type CompiledSnapshot } from '../simulate/compile-rules.ts';
import { readManifests, readText } from '../simulate/manifests.ts';
import { parseRequests } from '../simulate/requests.ts';
import { hubBoundsOf } from './read-basis.ts';
import { simulationDocument, simulationLines, type Simulation, type Tried } from './simulate-view.ts';

export const simulate: Command = {
  name: 'simulate',
  usage: '-f changed.yaml... [--delete] [--requests file]',
  summary: 'Which requests would be answered otherwise once the files are applied, or deleted',
  options: {
    filename: { type: 'string', short: 'f', multiple: true },
    delete: { type: 'boolean' },
    requests: { type: 'string' },
    namespace: { type: 'string', short: 'n' },
  },
  async run(args, context) {
    const files = args.values('filename');
    if (files.length === 0 || args.positionals.length > 0) {
      throw cliErrors.UsageInvalid('simulate needs --filename');
    }
    const manifests = await readManifests(files, context.input);
    const requests = await requestsOf(args, context);
    await using session = await openSession(args);
    const kinds = [...new Set([...followedKinds, localIdentity])];
    const asked = isNeededFor(requests?.recorded.map(({ review }) => review) ?? []);
    const isNeeded = (kind: Kind) => asked(kind) || manifests.some(({ object }) => isOfKind(object, kind));
    const present = await readSnapshot(session.client, kinds, { ...context, isNeeded });
    const options = { kinds, remove: args.is('delete'), namespace: args.value('namespace') ?? session.namespace };
    const { snapshot, changes } = changeSnapshot(present, manifests, options);
    const simulation = await simulated({ present, changed: snapshot, changes, requests }, args, context);
    return {
      ok: simulation.verdicts.length + simulation.answers.length === 0,
      document: simulationDocument(simulation),
      lines: simulationLines(simulation),
    };
  },
};

interface TwoStates {
  readonly present: Snapshot;
  readonly changed: Snapshot;
  readonly changes: readonly ObjectChange[];
  readonly requests: Requests | undefined;
}

interface Requests {
  readonly path: string;
  readonly recorded: ReturnType<typeof parseRequests>;
}

async function requestsOf(args: Arguments, { input }: CommandContext): Promise<Requests | undefined> {
  const path = args.value('requests');
  return path === undefined ? undefined : { path, recorded: parseRequests(await readText(path, input), path) };
}

async function simulated(
  { present, changed, changes, requests }: TwoStates,
  args: Arguments,
  context: CommandContext,
): Promise<Simulation> {
  const { signal } = context;
  const [compiledBefore, compiledAfter] = await Promise.all([
    compileRules(present, signal),
    compileRules(changed, signal),
  ]);
  const rules = rulesAfter((changed.get(kindKey(rule)) ?? []) as readonly Rule[], compiledBefore, compiledAfter);
  const [before, after] = await Promise.all([
    basisOf(present, hubBoundsOf(args), signal),
    basisOf(new Map(changed).set(kindKey(rule), rules), hubBoundsOf(args), signal),
  ]);
  return {
    changes,
    problems: newProblems(compiledBefore, compiledAfter),
    removed: entriesMissingIn(after.rules, before.rules),
    added: entriesMissingIn(before.rules, after.rules),
    behind: countMissing(compiledBefore.rules.keys(), present),
    ...(requests === undefined ? askedByRows(before, after) : askedByRequests(before, after, requests)),
  };
}

/** What is wrong then and was not before: with the changed objects, and with those that refer to them. */
function newProblems(before: CompiledSnapshot, after: CompiledSnapshot): Simulation['problems'] {
  return [...after.problems]
    .map(
      ([object, texts]) =>
        [object, texts.filter((text) => before.problems.get(object)?.includes(text) !== true)] as const,
    )
    .filter(([, texts]) => texts.length > 0);
}

/** Rules that the manager has yet to write. */
function countMissing(names: Iterable<string>, snapshot: Snapshot): number {
  const known = new Set((snapshot.get(kindKey(rule)) ?? []).map(({ metadata }) => metadata.name ?? ''));
  return [...names].filter((name) => !known.has(name)).length;
}

type Outcome = Pick<Simulation, 'tried' | 'verdicts' | 'answers'>;

/** Asks both states the recorded requests. */
function askedByRequests(before: ReadBasis, after: ReadBasis, { path, recorded }: Requests): Outcome {
  const counts = new Map(recorded.map(({ review, count }) => [review, count]));
  const verdicts = compareVerdicts(before, after, [...counts.keys()]);
  const total = recorded.reduce((sum, { count }) => sum + count, 0);
  const tried: Tried = { kind: 'requests', path, different: recorded.length, total };
  return { tried, verdicts: verdicts.map((each) => ({ ...each, count: counts.get(each.review) ?? 1 })), answers: [] };
}

/** Asks both states what the changed rows themselves are about. */
function askedByRows(before: ReadBasis, after: ReadBasis): Outcome {
  const { questions, truncated } = patternQuestions(before.rules, after.rules);
  const offices = changedOffices(before, after).map(everythingBy);
  const answers: readonly ChangedAnswer[] = compareAnswers(before, after, [...questions, ...offices]);
  const subjects = new Set([...questions, ...offices].map(({ request }) => request.subjects[0])).size;
  const tried: Tried = { kind: 'rows', questions: questions.length + offices.length, subjects, truncated };
  return { tried, verdicts: [], answers: answers.toSorted(bySubject) };
}

/** Rows come in no order, people read by name. */
function bySubject(a: ChangedAnswer, b: ChangedAnswer): number {
  const key = ({ question: { request } }: ChangedAnswer) =>
    [request.subjects[0], request.domain, request.object, request.action].join('\0');
  return key(a) < key(b) ? -1 : 1;
}

/** Users who begin or cease to administer a tenant. */
function changedOffices(before: ReadBasis, after: ReadBasis): readonly SubjectName[] {
  return [...new Set([...before.tenantNames, ...after.tenantNames])].flatMap((tenant) => {
    const now = before.tenants.tenant(tenant)?.administrators ?? new Set<string>();
    const then = after.tenants.tenant(tenant)?.administrators ?? new Set<string>();
    const names = [...now, ...then].filter((name) => now.has(name) !== then.has(name));
    return names.map((name): SubjectName => ({ tenant, kind: 'user', name }));
  });
}
