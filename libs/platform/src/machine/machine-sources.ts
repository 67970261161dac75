import { machine, type Cluster, type Machine } from '@tke/api-platform';
import { memberKindSource, type MemberClusters } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';
import type { Cache, CacheReader, Mapper, Predicate, Request, Source } from '@tke/runtime';

import { machineClusterIndex } from '../build/machines-of.ts';
import { isBegun, isJoinable } from '../cluster/built.ts';
import { ofTheHub } from '../objects/hub-source.ts';
import { machineIPLabelValue } from '../steps/node/machine-ip.ts';
import { nodeKind, type Node } from '../steps/node/node.ts';
import { nodeNameOf } from './find-node.ts';
import { machineSecrets } from './machine-secrets.ts';

/** By `<cluster>/<name of its Node>`. */
const nodeIndex = 'platform.machineNode';
/** By `<cluster>/<address>`. */
const hostIndex = 'platform.machineHost';
/** By the Secrets that open its host. */
const secretIndex = 'platform.machineSecret';

export function indexMachineSources(cache: Pick<Cache, 'informer'>): void {
  cache.informer<Machine>(machine, {
    indexes: {
      [nodeIndex]: (object) => [`${object.spec.clusterName}/${nodeNameOf(object)}`],
      [hostIndex]: ({ spec }) => [hostKey(spec)],
      [secretIndex]: machineSecrets,
    },
  });
}

function hostKey({ clusterName, ip }: DeepReadonly<Machine['spec']>): string {
  return `${clusterName}/${machineIPLabelValue(ip)}`;
}

/** Which Machines an event of something else concerns. */
export class MachineMappers {
  readonly #cache: CacheReader;

  constructor(cache: CacheReader) {
    this.#cache = cache;
  }

  readonly ofCluster: Mapper<Cluster> = ({ metadata }) => this.ofMember(metadata.name ?? '');

  readonly ofSecret: Mapper = ({ metadata }) => this.#find(secretIndex, metadata.name ?? '');

  /** Those that wait for a host until another Machine has left it. */
  readonly ofHost: Mapper<Machine> = ({ spec }) => this.#find(hostIndex, hostKey(spec));

  ofMember(clusterName: string): readonly Request[] {
    return this.#find(machineClusterIndex, clusterName);
  }

  ofNode(clusterName: string, nodeName: string): readonly Request[] {
    return this.#find(nodeIndex, `${clusterName}/${nodeName}`);
  }

  #find(name: string, value: string): readonly Request[] {
    const found = this.#cache.list<Machine>(machine, { index: { name, value } });
    return found.map(({ metadata }) => ({ name: metadata.name ?? '' }));
  }
}

/** The Nodes of members, for their Machines. */
export function nodeSource(members: MemberClusters, mappers: MachineMappers): Source {
  const toNode: Mapper<Node> = ({ metadata }) => [{ name: metadata.name ?? '' }];
  const nodes = memberKindSource<Node>({ members, kind: nodeKind, map: toNode, predicates: [nodeMatters] });
  return ofTheHub(nodes, (clusterName, name) => mappers.ofNode(clusterName, name));
}

/** All Machines of a member whose health has changed: what is known of their Nodes is not worth more than that. */
export function memberSource(members: MemberClusters, mappers: MachineMappers): Source {
  const states = new Map<string, string>();
  return {
    name: 'members of machines',
    start(enqueue, signal) {
      const end = members.onEvent(({ type, member }) => {
        const { state } = member.health;
        const isNews = states.get(member.name) !== state;
        if (type === 'Left') {
          states.delete(member.name);
        } else {
          states.set(member.name, state);
        }
        if (isNews || type !== 'Changed') {
          mappers.ofMember(member.name).forEach((request) => enqueue(request));
        }
      });
      signal.addEventListener('abort', end, { once: true });
      return Promise.resolve();
    },
  };
}

/** Not the heartbeats of a Node, nor the images it has. */
export const nodeMatters: Predicate<Node> = {
  update: (before, after) => partsOf(before) !== partsOf(after),
};

function partsOf({ metadata, spec, status }: DeepReadonly<Node>): string {
  const { uid, labels, annotations } = metadata;
  const conditions = status?.conditions?.map(({ type, status: state, reason, message }) => [
    type,
    state,
    reason,
    message,
  ]);
  const { addresses, nodeInfo } = (status ?? {}) as { readonly addresses?: unknown; readonly nodeInfo?: unknown };
  return JSON.stringify([uid, labels, annotations, spec, conditions, addresses, nodeInfo]);
}

/** What Machines wait for or go by: not how a Cluster's nodes and resources are counted every minute. */
export const clusterMatters: Predicate<Cluster> = {
  update: (before, after) => placeParts(before) !== placeParts(after),
};

function placeParts(object: DeepReadonly<Cluster>): string {
  const { metadata, status } = object;
  const { operation, finishedAt } = status?.plan ?? {};
  const { generation, deletionTimestamp } = metadata;
  return JSON.stringify([generation, deletionTimestamp, isBegun(object), isJoinable(object), operation, finishedAt]);
}
