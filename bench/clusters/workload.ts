const labels = { app: 'load' };

/** Five pods that run on one node only. */
export function pinnedDeployment(nodeName: string): object {
  const container = {
    name: 'sleep',
    image: 'example.com/busybox:test',
    imagePullPolicy: 'Never',
    command: ['sh', '-c', 'trap "exit 0" TERM; sleep 100000 & wait'],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'load' },
    spec: {
      replicas: 5,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { nodeSelector: { 'kubernetes.io/hostname': nodeName }, containers: [container] },
      },
    },
  };
}

/** Arguments of kubectl that list those pods on that node. */
export function podsOf(nodeName: string): readonly string[] {
  return ['get', 'pods', '-l', 'app=load', '--field-selector', `spec.nodeName=${nodeName}`, '-o', 'name'];
}
