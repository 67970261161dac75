import { describe } from '@jest/globals';

import { aCustomPolicyBinding, aPolicy, aProject, statement } from '../testing/objects.ts';
import { g, local, p, table } from './testing/cases.ts';

describe('CustomPolicyBinding', () => {
  const pull = aPolicy('pol-pull', { statement: statement(['getChart', 'listCharts'], ['-'], 'allow') });
  const bind = (namespace = 'cg-1', spec: object = {}, metadata = {}) =>
    aCustomPolicyBinding(
      namespace,
      { policyID: 'pol-pull', resources: ['chartgroup:cg-1'], users: [{ name: '*' }], ...spec },
      metadata,
    );
  table([
    {
      name: 'the actions of the policy on resources of its own',
      object: bind('cg-1', { domain: 'prj-1' }),
      others: [local, pull, aProject('prj-1')],
      rows: [
        p('cg-1-pol-pull', 'chartgroup:cg-1', 'getChart'),
        p('cg-1-pol-pull', 'chartgroup:cg-1', 'listCharts'),
        g('default##user##*', 'cg-1-pol-pull', 'prj-1'),
      ],
    },
    {
      name: 'no project of the name that the domain gives',
      object: bind('cg-1', { domain: 'prj-1' }),
      others: [local, aPolicy('pol-pull', { statement: statement(['getChart'], ['-']) })],
      rows: [p('cg-1-pol-pull', 'chartgroup:cg-1', 'getChart'), g('default##user##*', 'cg-1-pol-pull', 'prj-1')],
      unresolved: ['Project prj-1 ProjectNotFound'],
    },
    {
      name: 'the effect is that of the policy',
      object: bind(),
      others: [local, aPolicy('pol-pull', { statement: statement(['getChart'], ['-'], 'deny') })],
      rows: [p('cg-1-pol-pull', 'chartgroup:cg-1', 'getChart', 'deny'), g('default##user##*', 'cg-1-pol-pull')],
    },
    {
      name: 'resources that cannot be used',
      object: bind('cg-1', { resources: ['a|b', 'chartgroup:cg-1'] }),
      others: [local, aPolicy('pol-pull', { statement: statement(['getChart']) })],
      rows: [p('cg-1-pol-pull', 'chartgroup:cg-1', 'getChart'), g('default##user##*', 'cg-1-pol-pull')],
      defects: ['spec.resources[0] InvalidPattern'],
    },
    {
      name: 'no policy: no link either, which a later policy of that name would fill',
      object: bind(),
      others: [local],
      rows: [],
      unresolved: ['Policy pol-pull PolicyNotFound'],
    },
    {
      name: 'too many rows',
      object: bind('cg-1', { resources: Array.from({ length: 1000 }, (_, i) => `chart:${i}`) }),
      others: [local, aPolicy('pol-pull', { statement: statement(['a*', 'b*', 'c*', 'd*', 'e*']) })],
      rows: [],
      defects: ['spec.resources TooManyRules'],
    },
    {
      name: 'a prefix that an older binding uses',
      object: bind('cg-2', { rulePrefix: 'cg-1' }, { creationTimestamp: '2026-01-02T00:00:00Z' }),
      others: [local, pull, bind('cg-1', {}, { creationTimestamp: '2026-01-01T00:00:00Z' })],
      rows: [],
      defects: ['spec.rulePrefix NameTaken'],
    },
    {
      name: 'a prefix that a younger binding uses',
      object: bind('cg-1', { resources: ['chart:x'] }, { creationTimestamp: '2026-01-01T00:00:00Z' }),
      others: [
        local,
        aPolicy('pol-pull', { statement: statement(['getChart']) }),
        bind('cg-2', { rulePrefix: 'cg-1' }, { creationTimestamp: '2026-01-02T00:00:00Z' }),
      ],
      rows: [p('cg-1-pol-pull', 'chart:x', 'getChart'), g('default##user##*', 'cg-1-pol-pull')],
    },
  ]);
});
