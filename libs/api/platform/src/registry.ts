import { column, defineKind, immutableOnceSet, s } from '@tke/crd';
import type { ValidationRule } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { platformGroup } from './group.ts';
import { dnsLabelOrEmpty, tenantID, text } from './text.ts';

// On the object and not on the field: the API server repeats the value of a field it refuses, and there may be a password in it.
const urlOfHost: ValidationRule = {
  rule: String.raw`self.url == '' || self.url.matches('^(https?://)?[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[-A-Za-z0-9._~/]*)?$')`,
  message:
    'url must be a host with optional http:// or https://, port and path: write it like https://registry.example.com:5000/library',
  fieldPath: '.url',
};

const spec = s.object(
  'Where the registry is and how to log in to it.',
  {
    tenantID: s.optional(tenantID),
    displayName: s.string('Name shown to people.', { minLength: 1, maxLength: 255 }),
    clusterName: s.optional(dnsLabelOrEmpty('Name of the Cluster the registry is for. Empty: any.')),
    url: s.string('Host of the registry, with http:// or https:// and a port and path as needed.', {
      minLength: 1,
      maxLength: 253,
    }),
    userName: s.optional(text('User to log in as.')),
    password: s.optional(text('Password of the user. A secret.', 4096)),
  },
  { rules: [immutableOnceSet('tenantID'), urlOfHost] },
);

export const registry = defineKind({
  ...platformGroup,
  kind: 'Registry',
  description: 'A registry of images somebody else runs. Kept for consoles: no controller looks at it.',
  namespaced: false,
  shortNames: ['rg'],
  reconciled: false,
  properties: { spec },
  columns: [
    column('Tenant', '.spec.tenantID'),
    column('URL', '.spec.url'),
    column('Display', '.spec.displayName', { priority: 1 }),
  ],
  selectableFields: ['.spec.tenantID', '.spec.clusterName'],
});

export type Registry = ObjectOf<typeof registry>;
