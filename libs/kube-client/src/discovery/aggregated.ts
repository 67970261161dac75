import type { ApiSurface, ServedResource } from './api-resource.ts';

interface AggregatedResource {
  readonly resource: string;
  readonly responseKind?: { readonly kind?: string } | null;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly singularResource?: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly { readonly subresource: string; readonly verbs?: readonly string[] }[];
}

/** APIGroupDiscoveryList of apidiscovery.k8s.io; v2 and v2beta1 agree in what is read here. */
export interface GroupDiscoveryList {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly freshness?: 'Current' | 'Stale';
      readonly resources?: readonly AggregatedResource[];
    }[];
  }[];
}

// KEP-3352. Servers before 1.30 know v2beta1 only, before 1.26 plain JSON only.
export const aggregatedAccept = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',');

export function isGroupDiscoveryList(body: unknown): body is GroupDiscoveryList {
  return (body as { kind?: unknown } | null)?.kind === 'APIGroupDiscoveryList';
}

function toResource(group: string, version: string, served: AggregatedResource): ServedResource {
  return {
    group,
    version,
    kind: served.responseKind?.kind ?? '',
    plural: served.resource,
    namespaced: served.scope === 'Namespaced',
    singular: served.singularResource ?? '',
    verbs: served.verbs ?? [],
    shortNames: served.shortNames ?? [],
    categories: served.categories ?? [],
    subresources: (served.subresources ?? []).map(({ subresource, verbs = [] }) => ({ name: subresource, verbs })),
  };
}

export function readAggregated({ items = [] }: GroupDiscoveryList): ApiSurface {
  const versions = items.flatMap(({ metadata, versions: all = [] }) =>
    all.map((version) => ({ ...version, group: metadata?.name ?? '' })),
  );
  return {
    resources: versions.flatMap(({ group, version, resources = [] }) =>
      // A resource with subresources only (e.g. of a CRD that is going) has no kind.
      resources.map((resource) => toResource(group, version, resource)).filter(({ kind }) => kind !== ''),
    ),
    unavailable: versions
      .filter(({ freshness, resources = [] }) => freshness === 'Stale' && resources.length === 0)
      .map(({ group, version }) => `${group}/${version}`),
  };
}
