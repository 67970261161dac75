import { codedErrors } from '@tke/errors';

export const errors = codedErrors({
  PatternNotPortable: {
    class: 'Bug',
    remedy:
      'Write the pattern without look-around, back-references and atomic groups, so that RE2 and JavaScript read it alike.',
  },
});
