import fc from 'fast-check';

/** What reviews are made of, and what they should not be. */
const words = [
  ...['', '*', 'get', 'list', 'watch', 'create', 'deletecollection', 'impersonate', 'bind', 'GET', 'use'],
  ...['pods', 'secrets', 'rules', 'policies', 'users', 'groups', 'clusters', 'namespaces', 'exec', 'token', 'status'],
  ...[
    'ann',
    'bob',
    'admin',
    'root',
    'devs',
    'default',
    'other',
    'tenant:default',
    'tenant:other',
    'tenant:',
    'project:prj-a',
  ],
  ...[
    'system:masters',
    'system:authenticated',
    'cluster:cls-own',
    'auth.tkestack.io',
    'apps',
    'shop',
    'kube-system',
    'own',
    'foreign',
  ],
  ...[
    'spec.tenantID',
    'metadata.name',
    'In',
    'NotIn',
    'Exists',
    '/healthz',
    '/',
    'tenantid',
    'tkestack.io/tenantid',
    'debug',
  ],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'authorization.k8s.io/v1beta1', 'SubjectAccessReview'],
  ...['\u0000', '\ud800', '\u202e', 'İ', 'a/b', '..', '##user##', 'default##user##ann', 'x,y', 'a|b', 'x'.repeat(1500)],
];
const keys = [
  ...[
    'apiVersion',
    'kind',
    'spec',
    'user',
    'uid',
    'groups',
    'group',
    'extra',
    'resourceAttributes',
    'nonResourceAttributes',
  ],
  ...['namespace', 'verb', 'version', 'resource', 'subresource', 'name', 'path', 'fieldSelector', 'labelSelector'],
  ...[
    'requirements',
    'rawSelector',
    'key',
    'operator',
    'values',
    '__proto__',
    'constructor',
    'tenantid',
    'tkestack.io/tenantid',
  ],
];

const word = fc.constantFrom(...words);
const requirement = fc.record({
  key: mostly('spec.tenantID'),
  operator: mostly('In'),
  values: fc.array(mostly('default'), { maxLength: 2 }),
});
const { value: anything } = fc.letrec<{ value: unknown; list: unknown[]; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    word,
    fc.constantFrom(null, true, 0, -1.5e300),
    fc.string(),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 5 }),
}));

const attributes = fc.record(
  {
    verb: mostly('get', 'list', 'watch', 'create', 'delete', 'deletecollection'),
    group: mostly('', 'auth.tkestack.io'),
    version: word,
    resource: mostly('pods', 'secrets', 'policies'),
    subresource: mostly(''),
    namespace: mostly('', 'shop'),
    name: mostly('', 'own', 'foreign'),
    fieldSelector: fc.record({ requirements: fc.array(requirement, { maxLength: 3 }) }),
  },
  { requiredKeys: ['verb', 'resource'] },
);
const extra = fc.dictionary(
  fc.constantFrom('tenantid', 'tkestack.io/tenantid', 'debug', '__proto__'),
  fc.array(word, { maxLength: 2 }),
);
const subject = { user: word, groups: fc.array(word, { maxLength: 4 }), extra };
const spec = fc.oneof(
  fc.record({ ...subject, resourceAttributes: attributes }, { requiredKeys: ['user', 'resourceAttributes'] }),
  // Often who may do everything, so that allows are among the answers.
  fc.record({ user: fc.constant('ann'), groups: fc.constant(['tenant:default']), resourceAttributes: attributes }),
  fc.record({ ...subject, nonResourceAttributes: fc.record({ path: word, verb: word }) }),
);
const review = fc.record({
  apiVersion: fc.constant('authorization.k8s.io/v1'),
  kind: fc.constant('SubjectAccessReview'),
  spec,
});

/** Something that is often the case, so that every answer is given often. */
function mostly(...usual: string[]): fc.Arbitrary<string> {
  return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: word });
}

/** One change somewhere in a tree: at the end of the steps, or where they cannot go on. */
const mutation = fc.record({
  steps: fc.array(fc.nat(20), { maxLength: 5 }),
  change: fc.oneof(
    fc.record({ kind: fc.constant('remove' as const) }),
    fc.record({ kind: fc.constant('replace' as const), value: anything }),
    fc.record({ kind: fc.constant('add' as const), key: fc.constantFrom(...keys), value: anything }),
  ),
});

type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

/** Texts that are reviews, or were before something in them was changed. */
export const reviewTexts: fc.Arbitrary<string> = fc
  .tuple(review, fc.array(mutation, { maxLength: 4 }))
  .map(([body, mutations]) => JSON.stringify(mutations.reduce<unknown>(mutated, body)));

/** Bytes that are the text of a review, or were before some of them were changed. */
export const reviewBytes: fc.Arbitrary<Buffer> = fc
  .tuple(
    reviewTexts,
    fc.array(fc.record({ at: fc.nat(), bytes: fc.uint8Array({ maxLength: 3 }), drop: fc.nat(4) }), { maxLength: 4 }),
  )
  .map(([text, edits]) =>
    edits.reduce((body, { at, bytes, drop }) => {
      const start = at % (body.length + 1);
      return Buffer.concat([body.subarray(0, start), bytes, body.subarray(start + drop)]);
    }, Buffer.from(text)),
  );

function mutated(tree: unknown, { steps, change }: Mutation): unknown {
  const [step, ...rest] = steps;
  const entries = typeof tree === 'object' && tree !== null ? Object.entries(tree as Record<string, unknown>) : [];
  const chosen = step === undefined ? undefined : entries[step % Math.max(entries.length, 1)];
  if (chosen !== undefined && !(rest.length === 0 && change.kind === 'remove')) {
    return rebuilt(
      tree,
      entries.map(([key, value]) => [key, key === chosen[0] ? mutated(value, { steps: rest, change }) : value]),
    );
  }
  switch (change.kind) {
    case 'remove':
      return rebuilt(
        tree,
        entries.filter((entry) => entry !== chosen),
      );
    case 'replace':
      return change.value;
    case 'add':
      return Array.isArray(tree)
        ? [...(tree as unknown[]), change.value]
        : rebuilt(tree, [...entries, [change.key, change.value]]);
  }
}

/** Own properties only, one called `__proto__` among them. */
function rebuilt(tree: unknown, entries: readonly (readonly [string, unknown])[]): unknown {
  return Array.isArray(tree) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}
