import { kindKey } from '@tke/meta';
import type { CustomResourceDefinition } from '@tke/meta';

import type { KindDescriptor } from './kind.ts';

/** The CustomResourceDefinition of a kind: one served and stored version, with the status subresource where there is a status. */
export function crdManifest(kind: KindDescriptor): CustomResourceDefinition {
  const { selectableFields } = kind;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: kindKey(kind) },
    spec: {
      group: kind.group,
      scope: kind.namespaced ? 'Namespaced' : 'Cluster',
      names: namesOf(kind),
      versions: [
        {
          name: kind.version,
          served: true,
          storage: true,
          ...(kind.columns.length === 0 ? {} : { additionalPrinterColumns: kind.columns }),
          schema: { openAPIV3Schema: kind.schema },
          ...(selectableFields.length === 0
            ? {}
            : { selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })) }),
          ...(kind.schema.properties?.status === undefined ? {} : { subresources: { status: {} } }),
        },
      ],
    },
  };
}

function namesOf({ kind, plural, singular, shortNames, categories }: KindDescriptor): Record<string, unknown> {
  return {
    kind,
    listKind: `${kind}List`,
    plural,
    singular,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
  };
}
