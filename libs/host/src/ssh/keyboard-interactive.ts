import type { Config } from 'node-ssh';

import type { Secret } from '../secret.ts';

type Handler = NonNullable<Config['onKeyboardInteractive']>;

/**
 * Gives the password to a question for one hidden answer, once. Everything else (a second factor, a new password for
 * an expired one) gets no answer, so that the login fails instead of waiting, and is reported.
 */
export function answerPrompts(password: Secret, onUnanswered: (prompt: string) => void): Handler {
  let answered = false;
  return (_name, _instructions, _language, prompts, finish) => {
    const [only] = prompts;
    if (prompts.length === 1 && only?.echo !== true && !answered) {
      answered = true;
      finish([password.reveal().toString('utf8')]);
      return;
    }
    prompts.forEach(({ prompt }) => onUnanswered(prompt.trim()));
    finish([]);
  };
}
