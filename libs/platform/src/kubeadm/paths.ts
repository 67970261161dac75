/**
 *  Files that kubeadm writes or reads by these names:
 * kubernetes.io/docs/reference/setup-tools/kubeadm/implementation-details
 */
export const adminConf = '/etc/kubernetes/admin.conf';
export const superAdminConf = '/etc/kubernetes/super-admin.conf';
export const kubeletConf = '/etc/kubernetes/kubelet.conf';
export const bootstrapKubeletConf = '/etc/kubernetes/bootstrap-kubelet.conf';
export const pkiFolder = '/etc/kubernetes/pki';
export const manifestFolder = '/etc/kubernetes/manifests';
export const apiServerManifest = `${manifestFolder}/kube-apiserver.yaml`;
export const defaultEtcdFolder = '/var/lib/etcd';

/** What we tell kubeadm; they stay, so that people can look it up. No secrets in them. */
export const initConfigPath = '/etc/kubernetes/tke-kubeadm.yaml';
export const joinConfigPath = '/etc/kubernetes/tke-kubeadm-join.yaml';

export const authzFolder = '/etc/kubernetes/tke-authz';
export const authzConfigPath = `${authzFolder}/authorization-configuration.yaml`;
export const authzKubeconfigPath = `${authzFolder}/webhook.kubeconfig`;

export const auditFolder = '/etc/kubernetes/tke-audit';
export const auditPolicyPath = `${auditFolder}/policy.yaml`;
export const auditLogFolder = '/var/log/kubernetes/audit';
export const auditLogPath = `${auditLogFolder}/audit.log`;

export const criSocket = 'unix:///run/containerd/containerd.sock';
export const apiServerPort = 6443;
