// What TKEStack's inflector made of plural resource names, as far as kinds of Kubernetes and TKEStack use it: policies
// spell actions with these words (`*Prometheuse*`), right or wrong. First suffix that fits wins.
const suffixes: readonly (readonly [plural: string, singular: string])[] = [
  // One difference: the inflector said `coredn`, which the default policies, written for `Coredns`, never met.
  ['coredns', 'coredns'],
  ['statuses', 'status'],
  ['status', 'status'],
  ['series', 'series'],
  ['species', 'species'],
  ['databases', 'database'],
  ['bases', 'basis'],
  ['analyses', 'analysis'],
  ['aliases', 'alias'],
  ['buses', 'bus'],
  ['indices', 'index'],
  ['vertices', 'vertex'],
  ['matrices', 'matrix'],
  ['data', 'datum'],
  ['ies', 'y'],
  ['sses', 'ss'],
  ['shes', 'sh'],
  ['ches', 'ch'],
  ['xes', 'x'],
  ['ss', 'ss'],
  ['s', ''],
];

/**
 * The singular of a resource name: `policies` gives `policy`. What looks like a singular stays.
 *
 * A function of the name alone, for resources of other CRDs too, and never what discovery says. The name of an action
 * is part of the policy that grants or denies it: it must not depend on the cluster that asks, on which CRDs are
 * installed there, or on whether its discovery could be read. For the kinds of Kubernetes and of this platform the two
 * agree but for pinned words (discovery.int.test.ts).
 */
export function singularOf(resource: string): string {
  for (const [plural, singular] of suffixes) {
    if (resource.endsWith(plural)) {
      return `${resource.slice(0, -plural.length)}${singular}`;
    }
  }
  return resource;
}
