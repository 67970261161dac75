import { openSession } from '../cluster/session.ts';
import type { Arguments, Command, Result } from '../command.ts';
import { obtainCredential, type ObtainedCredential, type WantedCredential } from '../credentials/obtain.ts';
import { cliErrors } from '../errors.ts';

const types = { certificate: 'Certificate', token: 'Token' } as const;
/** A cluster that does not sign is known after one minute. */
const limitMs = 120_000;

export const credential: Command = {
  name: 'credential',
  usage: '<namespace> [-n project] [--type certificate|token] [--days d] [--file f]',
  summary: 'A kubeconfig of your own for a namespace in a member cluster; its key is made here and stays here',
  options: {
    namespace: { type: 'string', short: 'n' },
    type: { type: 'string' },
    days: { type: 'string' },
    file: { type: 'string' },
  },
  async run(args, { signal }) {
    const asked = askedOf(args);
    await using session = await openSession(args);
    const wanted = { ...asked, project: args.value('namespace') ?? session.namespace };
    return resultOf(wanted, await obtainCredential(session.client, wanted, { signal, limitMs }));
  },
};

function askedOf(args: Arguments): Omit<WantedCredential, 'project'> {
  const [namespace, ...more] = args.positionals;
  if (namespace === undefined || more.length > 0) {
    throw cliErrors.UsageInvalid('credential takes the name of one Namespace, <cluster>-<namespace>');
  }
  const type = Object.entries(types).find(([name]) => name === (args.value('type') ?? 'certificate'))?.[1];
  if (type === undefined) {
    const known = Object.keys(types).join(' or ');
    throw cliErrors.UsageInvalid(`--type is ${JSON.stringify(args.value('type'))}: it must be ${known}`);
  }
  return { namespace, type, days: daysOf(args.value('days')), file: args.value('file') ?? `${namespace}.kubeconfig` };
}

function daysOf(text: string | undefined): number | undefined {
  if (text !== undefined && !/^[1-9]\d{0,3}$/.test(text)) {
    throw cliErrors.UsageInvalid(`--days is ${JSON.stringify(text)}: it must be a number of days, 1 to 9999`);
  }
  return text === undefined ? undefined : Number(text);
}

function resultOf({ file, type, project }: WantedCredential, { holder, credential }: ObtainedCredential): Result {
  const { username: user, cluster, namespace } = holder;
  const { name, status } = credential;
  const end = `kubectl -n ${project} delete namespacecredentials ${name}`;
  return {
    ok: true,
    document: { file, type, user, cluster, namespace, expiresAt: status.expiresAt, project, credential: name },
    lines: [
      `wrote ${file}: ${user} in namespace ${namespace} of cluster ${cluster}, until ${status.expiresAt ?? ''}`,
      `use it: kubectl --kubeconfig ${file} get pods`,
      `what it may do there is for ${cluster} to say: by your roles where it asks the hub, else by RBAC of its own`,
      ...(type === 'Token' ? [`end it before: ${end}`] : []),
    ],
  };
}
