import { codedErrors } from '@tke/errors';

export const errors = codedErrors({
  PatternNotPortable: {
    class: 'Bug',
    meaning:
      'A field of an API type has a pattern that kube-apiserver and Node.js would not read alike. The program does not start.',
    remedy:
      'Write the pattern without look-around, back-references and atomic groups, so that RE2 and JavaScript read it alike.',
  },
});
