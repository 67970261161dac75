// Verified against the discovery of the oldest and the newest supported server, alpha kinds included.
const clusterScoped: Readonly<Record<string, readonly string[]>> = {
  '': ['nodes', 'namespaces', 'persistentvolumes', 'componentstatuses', 'users', 'groups'],
  'admissionregistration.k8s.io': ['*'],
  'apiextensions.k8s.io': ['*'],
  'apiregistration.k8s.io': ['*'],
  'authentication.k8s.io': ['*'],
  'authorization.k8s.io': ['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'subjectaccessreviews'],
  'certificates.k8s.io': ['certificatesigningrequests', 'clustertrustbundles', 'signers'],
  'flowcontrol.apiserver.k8s.io': ['*'],
  'internal.apiserver.k8s.io': ['*'],
  'networking.k8s.io': ['ingressclasses', 'ipaddresses', 'servicecidrs'],
  'node.k8s.io': ['*'],
  'rbac.authorization.k8s.io': ['clusterroles', 'clusterrolebindings'],
  'resource.k8s.io': ['deviceclasses', 'devicetaintrules', 'resourcepoolstatusrequests', 'resourceslices'],
  'scheduling.k8s.io': ['priorityclasses'],
  'storage.k8s.io': ['storageclasses', 'volumeattachments', 'csidrivers', 'csinodes', 'volumeattributesclasses'],
  'storagemigration.k8s.io': ['*'],
};

/**
 * Whether objects of the resource may live in namespaces. A review does not say; for what is not known here the answer
 * is yes, so that a deny inside a namespace is never missed by a request for all namespaces.
 */
export function mayBeNamespaced(group: string, resource: string): boolean {
  if (group === 'auth.tkestack.io') {
    return resource === 'custompolicybindings';
  }
  const known = Object.hasOwn(clusterScoped, group) ? (clusterScoped[group] ?? []) : [];
  return !known.includes('*') && !known.includes(resource);
}
