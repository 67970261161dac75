export interface ReadmeFacts {
  readonly cluster: string;
  readonly webhookUrl: string;
  /** Folder of the files on the hosts. */
  readonly folder: string;
  /** Whether the cluster takes an AuthorizationConfiguration. */
  readonly structured: boolean;
  /** RFC 3339. */
  readonly renewedAt: string;
  readonly endsAt: string;
}

/** What an administrator of the cluster has to know who gives its API servers these files. */
export function readme({ cluster, webhookUrl, folder, structured, renewedAt, endsAt }: ReadmeFacts): string {
  return [
    `# Central authorization of cluster ${cluster}`,
    '',
    `With these files the API servers of the cluster ask ${webhookUrl} what users may do: who is granted something by a policy of the`,
    'platform may do it here without any RBAC in this cluster.',
    '',
    '## Switch it on, on each host of the control plane',
    '',
    `1. See that the host reaches ${webhookUrl}.`,
    `2. Put the keys of this Secret but for README.md into files of ${folder}, mode 0600, owner root.`,
    ...(structured ? withConfiguration(folder) : withFlags(folder)),
    '',
    '## What to expect',
    '',
    '* Node and RBAC come first: what they allow never asks the platform. Members of system:masters are never asked about.',
    '* When the platform does not answer, what only it could allow is refused; everything that RBAC allows goes on.',
    '* Users must come with their tenant, as a group tenant:<tenantID> or as the extra attribute tenantid of their login.',
    '',
    '## Renewal',
    '',
    `The client certificate in webhook.kubeconfig ends at ${endsAt}; from ${renewedAt} on there is a new one in this Secret.`,
    structured
      ? 'Replace webhook.kubeconfig first and authorization-configuration.yaml second: its change makes the API server read both, without a restart.'
      : 'Replace webhook.kubeconfig and restart the API server.',
    'Whoever has the file can ask what users of this cluster may do: keep it as a secret.',
    '',
  ].join('\n');
}

function withConfiguration(folder: string): readonly string[] {
  return [
    '3. Give kube-apiserver the folder, read only, and these flags (kubeadm: apiServer.extraVolumes and apiServer.extraArgs):',
    `     --authorization-config=${folder}/authorization-configuration.yaml`,
    '   Take --authorization-mode away, and --authorization-webhook-* if they are there: the server does not start with both.',
  ];
}

function withFlags(folder: string): readonly string[] {
  return [
    '3. Give kube-apiserver the folder, read only, and these flags (kubeadm: apiServer.extraVolumes and apiServer.extraArgs):',
    '     --authorization-mode=Node,RBAC,Webhook',
    `     --authorization-webhook-config-file=${folder}/webhook.kubeconfig`,
    '     --authorization-webhook-version=v1',
    '     --authorization-webhook-cache-authorized-ttl=5s',
    '     --authorization-webhook-cache-unauthorized-ttl=2s',
  ];
}
