import type { ListOptions, PatchOptions, SelectorOptions, WatchOptions, WriteOptions } from '../client.ts';

type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;

/** `path?a=1&b=2` without the parameters that are undefined or empty. */
export function withQuery(path: string, parameters: Parameters): string {
  const present = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '');
  const query = new URLSearchParams(present.map(([name, value]) => [name, String(value)])).toString();
  return query === '' ? path : `${path}?${query}`;
}

export function selectors({ labelSelector, fieldSelector }: SelectorOptions): Parameters {
  return { labelSelector, fieldSelector };
}

export interface PageQuery extends ListOptions {
  readonly continueToken?: string | undefined;
}

export function listQuery(options: PageQuery): Parameters {
  const { continueToken, limit, resourceVersion, resourceVersionMatch } = options;
  return {
    ...selectors(options),
    limit: limit === 0 ? undefined : limit,
    continue: continueToken,
    // The token holds the version; the server refuses both together.
    ...(continueToken ? {} : { resourceVersion, resourceVersionMatch }),
  };
}

export function watchQuery(options: WatchOptions, timeoutSeconds: number): Parameters {
  return {
    ...selectors(options),
    watch: true,
    allowWatchBookmarks: true,
    resourceVersion: options.resourceVersion,
    timeoutSeconds,
    ...(options.sendInitialEvents ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' } : {}),
  };
}

export function writeQuery({ fieldManager, dryRun, fieldValidation = 'Strict' }: WriteOptions): Parameters {
  return { fieldManager, dryRun: dryRun ? 'All' : undefined, fieldValidation };
}

/** `force` is refused outside of server-side apply. */
export function patchQuery(options: PatchOptions, isApply: boolean): Parameters {
  return { ...writeQuery(options), force: isApply ? options.force : undefined };
}
