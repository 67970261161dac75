/** What is in a cluster that nobody changes but on purpose: kind and name with UID, and what was said of the nodes. */
export async function inventory(kubectl: (...args: readonly string[]) => Promise<string>): Promise<readonly string[]> {
  const kinds = [
    'namespaces',
    'nodes',
    'configmaps',
    'secrets',
    'serviceaccounts',
    'services',
    'deployments',
    'daemonsets',
    'roles',
    'rolebindings',
    'clusterroles',
    'clusterrolebindings',
    'customresourcedefinitions',
    'validatingwebhookconfigurations',
    'mutatingwebhookconfigurations',
  ];
  const line =
    '{.kind} {.metadata.namespace}/{.metadata.name} {.metadata.uid} {.metadata.generation} {.metadata.labels}';
  const found = await kubectl('get', kinds.join(','), '-A', '-o', `jsonpath={range .items[*]}${line}{"\\n"}{end}`);
  return found.split('\n').toSorted();
}
