import type { ApiSurface, ServedResource } from './api-resource.ts';

interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

interface ResourceEntry {
  /** `pods` or `pods/status`. */
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly singularName?: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

type Fetch = (path: string) => Promise<unknown>;

/** meta/v1 APIVersions (`/api`) and APIGroupList (`/apis`). */
function groupVersions(core: unknown, groups: unknown): GroupVersion[] {
  const { versions = [] } = core as { versions?: readonly string[] };
  const { groups: list = [] } = groups as { groups?: readonly ApiGroup[] };
  return [
    ...versions.map((version) => ({ group: '', version })),
    ...list.flatMap(({ name, versions: all, preferredVersion }) =>
      all
        .map(({ version }) => ({ group: name, version }))
        .sort(
          (a, b) => Number(b.version === preferredVersion?.version) - Number(a.version === preferredVersion?.version),
        ),
    ),
  ];
}

interface ApiGroup {
  readonly name: string;
  readonly versions: readonly { readonly version: string }[];
  readonly preferredVersion?: { readonly version: string };
}

function toResource(groupVersion: GroupVersion, entry: ResourceEntry, all: readonly ResourceEntry[]): ServedResource {
  const prefix = `${entry.name}/`;
  return {
    ...groupVersion,
    kind: entry.kind,
    plural: entry.name,
    namespaced: entry.namespaced,
    singular: entry.singularName ?? '',
    verbs: entry.verbs ?? [],
    shortNames: entry.shortNames ?? [],
    categories: entry.categories ?? [],
    subresources: all
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name, verbs = [] }) => ({ name: name.slice(prefix.length), verbs })),
  };
}

/** Discovery of servers before 1.26: one request per group version. */
export async function readLegacy(core: unknown, groups: unknown, fetch: Fetch): Promise<ApiSurface> {
  const unavailable: string[] = [];
  const lists = await Promise.all(
    groupVersions(core, groups).map(async (groupVersion) => {
      const { group, version } = groupVersion;
      try {
        const body = await fetch(group === '' ? `/api/${version}` : `/apis/${group}/${version}`);
        const { resources = [] } = body as { resources?: readonly ResourceEntry[] };
        return resources
          .filter(({ name }) => !name.includes('/'))
          .map((entry) => toResource(groupVersion, entry, resources));
      } catch {
        // An aggregated server that is down must not hide all the others; client-go goes on as well.
        unavailable.push(`${group}/${version}`);
        return [];
      }
    }),
  );
  return { resources: lists.flat(), unavailable };
}
