import { planFields } from '@tke/api-platform';
import { celField, column, defineKind, fields, immutable, immutableOnceSet, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { businessGroup } from './group.ts';
import { derivedName, namespaceName } from './names.ts';
import { legacyFields } from './status/legacy.ts';

const spec = s.object(
  'Which namespace moves to which project.',
  {
    tenantID: s.optional(fields.tenantID),
    namespace: namespaceName,
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
  ...derivedName('That of the Namespace object.', 'spec.namespace', `self.spec.${celField('namespace')}`),
  properties: { spec },
  status: {
    ...legacyFields,
    ...planFields,
    phase: s.optional(
      s.oneOf(
        'How far the move is, by the step it is at. Locks the Namespace from OldOneLocked to NewOneCreated; Finished and Failed are the end.',
        phases,
      ),
    ),
  },
  columns: [
    column('Namespace', '.spec.namespace'),
    column('Destination', '.spec.destination'),
    column('Phase', '.status.phase'),
    column('Step', '.status.step'),
  ],
  selectableFields: ['.spec.tenantID', '.spec.namespace', '.spec.destination', '.status.phase'],
});

export type NsEmigration = ObjectOf<typeof nsEmigration>;
