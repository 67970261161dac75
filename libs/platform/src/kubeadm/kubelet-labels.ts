/** k8s.io/kubelet/pkg/apis/well_known_labels.go */
const allowed = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/arch',
  'kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
]);

const allowedDomains = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
const reservedDomains = ['kubernetes.io', 'k8s.io'];

/** Whether a kubelet may put this label on its own Node: any that is not Kubernetes' own, and a few that are. */
export function mayKubeletSet(key: string): boolean {
  const domain = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
  const isIn = (domains: readonly string[]) => domains.some((each) => domain === each || domain.endsWith(`.${each}`));
  return !isIn(reservedDomains) || allowed.has(key) || isIn(allowedDomains);
}
