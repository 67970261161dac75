import type { SelectorRequirement } from '@tke/meta';

import { cliErrors } from '../errors.ts';

/** Reads `spec.tenantID=default,metadata.name!=x` as kube-apiserver passes it on. */
export function parseFieldSelector(text: string): readonly SelectorRequirement[] {
  return text.split(',').map((term) => {
    const match = /^(?<key>[^=!]+)(?<operator>!=|==|=)(?<value>[^=]*)$/.exec(term.trim());
    const { key = '', operator, value = '' } = match?.groups ?? {};
    if (match === null) {
      throw cliErrors.UsageInvalid(
        `--field-selector is ${JSON.stringify(text)}: it must be field=value[,field!=value]`,
      );
    }
    return { key, operator: operator === '!=' ? 'NotIn' : 'In', values: [value] };
  });
}
