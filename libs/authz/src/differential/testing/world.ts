import type { AccessRequest } from '../../decide/request.ts';
import { everyoneKey, groupKey, userKey } from '../../rows/keys.ts';
import { everyDomain, type Row, type RuleSpec } from '../../rows/row.ts';
import { actionOf, pluralActionOf } from '../../sar/action.ts';
import type { SeededRandom } from './random.ts';

/** Every name an object of these worlds can have. What is asked of a collection can be tried on each. */
export const objectNames = ['x', 'db', 'd.b', 'dxb', 'web-1', 'other'];
const namespaces = ['n1', 'n2'];
const kinds = [
  ['pods', 'pod'],
  ['secrets', 'secret'],
] as const;
const verbs = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'impersonate',
  'bind',
];
// The second begins as the first does.
const clusters = ['c1', 'c10'];
const projects = ['prj-a', 'prj-b'];
export const userKeys = ['u0', 'u1', 'u2'].map((name) => userKey('t', name));
const everyone = everyoneKey('t');
const groups = ['g0', 'g1'].map((name) => groupKey('t', name));
const roles = ['rol-0', 'rol-1', 'rol-2'];
export const policyNames = ['pol-0', 'pol-1', 'pol-2', 'pol-3', 'pol-4'];

const objectPatterns = [
  '*',
  'namespace:n1/*',
  'Namespace:N1/*',
  'namespace:n1*',
  'namespace:*',
  '*pod:*',
  '*secret:*',
  'secret:*',
  'namespace:n1/secret:*',
  'namespace:*/secret:db',
  'namespace:n2/secret:d.b',
  '*secret:d.b',
  '*secret:d*b',
  '*:d.b',
  'namespace:n1/pod:db',
  'namespace:n1/:any',
  '*/:any',
  'namespace:n1/pod:x',
  'namespace:n2/pod:web-1',
  '*:other',
  '-',
  'cluster:*',
  'cluster:c1/*',
  'cluster:c1*',
  'cluster:c1/namespace:n1/*',
  'cluster:c1/:any/secret:db',
  'cluster:/:any',
  '*/:any/pod:x',
];

const actionPatterns = [
  '*',
  '*',
  'get*',
  'list*',
  'GET*',
  '*Pod*',
  '*secret*',
  'getPod',
  'listPods',
  'createSecret',
  'delete*',
  'update*',
  '*s',
  'impersonate*',
  'impersonatePod',
  'impersonat*',
  'bind*',
];

// What denies of collections say.
const pluralActions = ['*s', 'list*s', 'listSecrets', 'watchPods', 'watch*s'];

// Rows that must change nothing, wherever they come.
const poison: readonly RuleSpec[] = [
  { ptype: 'x', v0: 'pol-0', v1: '*', v2: '*', v3: '*', v4: 'deny' },
  { ptype: 'p', v0: 'pol-0', v1: '*', v2: 'a/:/b', v3: '*', v4: 'deny' },
  { ptype: 'p', v0: 'pol-0', v1: '*', v2: '*', v3: 'get,list', v4: 'allow' },
  { ptype: 'p', v0: 'pol-0', v1: '*', v2: 'pod:a(b', v3: '*', v4: 'deny' },
  { ptype: 'g', v0: 't##user##u0', v1: '', v2: '*' },
];

export function randomPoison(random: SeededRandom): RuleSpec {
  return random.pick(poison);
}

export function randomRow(random: SeededRandom): Row {
  return random.chance(0.5) ? randomPolicyRow(random) : randomLink(random);
}

/** Allows are broad and denies narrow, as they are written. */
function randomPolicyRow(random: SeededRandom): Row {
  const effect = random.chance(0.3) ? 'deny' : 'allow';
  const wide = effect === 'allow' && random.chance(0.6);
  return {
    kind: 'p',
    policy: random.chance(0.9) ? random.pick(policyNames) : random.pick([...userKeys, ...groups, everyone]),
    object: wide ? '*' : random.pick(objectPatterns),
    action: random.pick(
      wide ? actionPatterns.slice(0, 7) : effect === 'deny' && random.chance(0.2) ? pluralActions : actionPatterns,
    ),
    effect,
  };
}

/** Mostly what the reconcilers write, sometimes what a hand writes: roles of roles, cycles. */
function randomLink(random: SeededRandom): Row {
  const domain = random.chance(0.5) ? everyDomain : random.pick(projects);
  const member = random.pick([...userKeys, ...userKeys, everyone, ...groups, ...groups, ...roles]);
  const role = random.pick(
    groups.includes(member) || member.startsWith('rol')
      ? [...roles, ...policyNames]
      : [...groups, ...roles, ...policyNames],
  );
  return { kind: 'g', member, role, domain };
}

export function randomRequest(random: SeededRandom): AccessRequest {
  const [resource, kind] = random.pick(kinds);
  const verb = random.pick(verbs);
  const collection = ['list', 'watch', 'deletecollection'].includes(verb) && random.chance(0.8);
  const name = collection || (verb === 'create' && random.chance(0.7)) ? '' : random.pick(objectNames);
  const namespace = collection && random.chance(0.3) ? '' : random.pick(namespaces);
  const inCluster = random.chance(0.25) ? `cluster:${random.pick(clusters)}/` : '';
  const path = `${inCluster}${namespace === '' ? '' : `namespace:${namespace}/`}${kind}:`;
  const target = { verb, group: '', resource, subresource: '', namespace, name };
  const shapes = [[path, ''], ...(namespace === '' ? [[`${inCluster}namespace:`, `/${kind}:`, '']] : [])];
  return {
    subjects: [random.pick(userKeys), everyone, ...groups.filter(() => random.chance(0.1))],
    domain: random.pick(['', ...projects]),
    object: `${path}${name === '' ? '*' : name}`,
    action: actionOf(target),
    deniedAs: pluralActionOf(target),
    verb,
    ...(collection && { members: shapes.map((texts) => ({ texts, names: 'dns' as const })) }),
  };
}

/** Every object the request could be about in these worlds, when it asks for a collection. */
export function possibleObjects({ members = [] }: AccessRequest): string[] {
  return members.flatMap(({ texts: [first = '', ...rest] }) =>
    rest.reduce<string[]>(
      (starts, text, at) => {
        const names = at < rest.length - 1 ? namespaces : objectNames;
        return starts.flatMap((start) => names.map((name) => `${start}${name}${text}`));
      },
      [first],
    ),
  );
}
