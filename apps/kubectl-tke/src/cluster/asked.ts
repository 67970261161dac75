import type { Asked } from '@tke/authz';
import type { ResourceAttributes } from '@tke/meta';

import type { Arguments, CommandContext } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { parseFieldSelector } from './field-selector.ts';
import { isUnlisted, resolveResource, type ResolvedResource } from './resource.ts';
import type { Session } from './session.ts';

/** Reads `<verb> <resource>[/name]` and the flags beside it as the attributes that kube-apiserver would send. */
export async function askedOf(
  verb: string,
  target: string,
  args: Arguments,
  session: Session,
  context: CommandContext,
): Promise<Asked> {
  if (target.startsWith('/')) {
    return { nonResourceAttributes: { verb, path: target } };
  }
  const [typed = '', ...path] = target.split('/');
  const resource = await resolveResource(typed, session.discovery, context.signal);
  if (resource.served === undefined && !isUnlisted(resource)) {
    context.note(`the server does not serve ${JSON.stringify(typed)}: asking about it as it was typed`);
  }
  const { name, subresource } = partsOf(path, resource, args.value('subresource'));
  const selector = args.value('field-selector');
  const resourceAttributes: ResourceAttributes = {
    verb,
    group: resource.group,
    version: resource.version,
    resource: resource.plural,
    subresource,
    namespace: namespaceOf(resource, args, session),
    name,
    ...(selector !== undefined && { fieldSelector: parseFieldSelector(selector) }),
  };
  return { resourceAttributes };
}

interface Parts {
  readonly name: string;
  readonly subresource: string;
}

/** `pods/exec` is the subresource, `pods/web` a pod, `pods/web/exec` both; with --subresource what follows is the name. */
function partsOf(path: readonly string[], { plural, served }: ResolvedResource, flag: string | undefined): Parts {
  const [first = '', second = '', ...more] = path;
  if (more.length > 0 || (flag !== undefined && second !== '')) {
    const typed = [plural, ...path].join('/');
    throw cliErrors.UsageInvalid(`${JSON.stringify(typed)} is no resource[/name]`, {
      remedy: 'Write resource, resource/name, resource/subresource, or resource/name/subresource.',
    });
  }
  if (flag !== undefined || second !== '') {
    return { name: first, subresource: flag ?? second };
  }
  const isSubresource = served?.subresources.some(({ name }) => name === first) === true;
  return isSubresource ? { name: '', subresource: first } : { name: first, subresource: '' };
}

function namespaceOf({ served, plural }: ResolvedResource, args: Arguments, session: Session): string {
  const namespaced = served?.namespaced ?? !isUnlisted({ plural, served, group: '', version: '' });
  const asked = args.value('namespace');
  if (args.is('all-namespaces') && asked !== undefined) {
    throw cliErrors.UsageInvalid(`--all-namespaces and --namespace ${JSON.stringify(asked)} exclude each other`);
  }
  return !namespaced || args.is('all-namespaces') ? '' : (asked ?? session.namespace);
}
