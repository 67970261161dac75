import { column, defineKind, fields, immutableOnceSet, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { businessGroup } from './group.ts';
import { derivedName } from './names.ts';
import { legacyFields } from './status/legacy.ts';

const spec = (what: string) =>
  s.object(
    `Which ${what} of the registry.`,
    {
      finalizers: s.optional(fields.finalizers),
      name: fields.dnsLabel('Its name in the registry.'),
      tenantID: s.optional(fields.tenantID),
      displayName: s.optional(fields.text('Name shown to people.')),
    },
    { rules: [immutableOnceSet('tenantID')] },
  );

const common = {
  ...businessGroup,
  namespaced: true,
  // The registry component answers for them; until it is there, nobody does.
  reconciled: false,
  columns: [column('Display', '.spec.displayName'), column('Tenant', '.spec.tenantID')],
  selectableFields: ['.spec.tenantID', '.spec.name'],
  ...derivedName('That in the registry.', 'spec.name', 'self.spec.name'),
  status: legacyFields,
};

export const imageNamespace = defineKind({
  ...common,
  kind: 'ImageNamespace',
  description: 'A namespace of the image registry that belongs to a project.',
  shortNames: ['imn'],
  properties: { spec: spec('namespace') },
});

export const businessChartGroup = defineKind({
  ...common,
  kind: 'ChartGroup',
  description: 'A chart group of the registry that a project may use.',
  shortNames: ['bcg'],
  properties: { spec: spec('chart group') },
});

export type ImageNamespace = ObjectOf<typeof imageNamespace>;
export type BusinessChartGroup = ObjectOf<typeof businessChartGroup>;
