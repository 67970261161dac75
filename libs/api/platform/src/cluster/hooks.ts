import { s } from '@tke/crd';
import type { ValidationRule } from '@tke/crd';

const hookTypes = [
  ...['PreInstall', 'PostInstall', 'PreUpgrade', 'PostUpgrade'],
  ...['PreClusterInstall', 'PostClusterInstall', 'PreClusterUpgrade', 'PostClusterUpgrade'],
  ...['PreClusterDelete', 'PostClusterDelete'],
] as const;

const file = s.object(
  'A file or folder that is put on every host.',
  {
    src: s.string('Where it is in the files of the platform.', { minLength: 1, maxLength: 1024 }),
    dst: s.string('Where it is put on the host.', { maxLength: 1024 }),
  },
  {
    rules: [
      {
        rule: "self.dst.startsWith('/') && !self.dst.split('/').exists(part, part == '..')",
        message: 'dst must begin with / and have no .. in it: write the full path',
        fieldPath: '.dst',
      },
    ],
  },
);

export const files = s.list('Files and folders that are put on every host, e.g. for hooks.', file, { maxItems: 64 });

export const hooks = s.map(
  'Commands that run on hosts at points of the life of the cluster, by point. They are repeated until they succeed.',
  s.string('Command line. Its first word is what files puts there.', { minLength: 1, maxLength: 1024 }),
  {
    maxProperties: hookTypes.length,
    rules: [
      {
        rule: `self.all(hook, hook in ${JSON.stringify(hookTypes)})`,
        message: `hooks must be named ${hookTypes.slice(0, -1).join(', ')} or ${hookTypes.at(-1)}: rename or remove the others`,
      },
    ],
  },
);

const word = "self.hooks[hook].split(' ')[0]";
const baseName = `${word}.substring(${word}.lastIndexOf('/') + 1)`;

/** A hook runs what `files` brought along: a file, or one in a folder. Nothing else is known to be on the host. */
export const hookRunsFile: ValidationRule = {
  rule: `!has(self.hooks) || self.hooks.all(hook, has(self.files) && self.files.exists(file, file.dst == ${word} || file.dst + '/' + ${baseName} == ${word} || (file.dst.endsWith('/') && file.dst + ${baseName} == ${word})))`,
  message:
    'hooks must begin with the dst of one of files, or with a file in the folder that is the dst: add the script to files, or correct the path',
  fieldPath: '.hooks',
};
