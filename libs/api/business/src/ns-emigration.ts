import { planFields } from '@tke/api-platform';
import { column, defineKind, fields, immutable, immutableOnceSet, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { businessGroup } from './group.ts';
import { legacyFields } from './status/legacy.ts';

const spec = s.object(
  'Which namespace moves to which project.',
  {
    tenantID: s.optional(fields.tenantID),
    namespace: s.string('Name of the Namespace object: <clusterName>-<namespace>.', { minLength: 1, maxLength: 127 }),
    nsShowName: s.optional(fields.text('Name of the namespace for people.')),
    destination: fields.dnsLabel('Name of the Project it moves to.'),
  },
  { rules: [immutableOnceSet('tenantID'), ...['namespace', 'destination'].map(immutable)] },
);

const phases = [
  'Pending',
  'OldOneLocked',
  'OldOneDetached',
  'NewOneCreated',
  'OldOneTerminating',
  'Finished',
  'Failed',
] as const;

export const nsEmigration = defineKind({
  ...businessGroup,
  kind: 'NsEmigration',
  description: 'Moves a namespace of a member cluster to another project, with all that runs in it.',
  namespaced: true,
  shortNames: ['nse'],
  properties: { spec },
  status: {
    ...legacyFields,
    ...planFields,
    phase: s.optional(s.oneOf('How far the move is.', phases)),
  },
  columns: [
    column('Namespace', '.spec.namespace'),
    column('Destination', '.spec.destination'),
    column('Phase', '.status.phase'),
    column('Step', '.status.step'),
  ],
  selectableFields: ['.spec.tenantID', '.spec.namespace', '.spec.destination', '.status.phase'],
  rules: [
    {
      rule: 'self.metadata.name == self.spec.namespace',
      message: 'metadata.name must be spec.namespace',
      messageExpression: "'metadata.name must be ' + self.spec.namespace",
      fieldPath: '.metadata.name',
    },
  ],
});

export type NsEmigration = ObjectOf<typeof nsEmigration>;
