import { codedErrors } from '@tke/errors';

export const errors = codedErrors({
  EngineFailed: { class: 'NeedsUser', remedy: 'Read the last log lines in the message, or set DOCKER_HOST.' },
  EngineMissing: {
    class: 'NeedsUser',
    remedy: 'Start Docker, or set DOCKER_HOST; or install what the message names and run as root.',
  },
  EngineUnreachable: { class: 'NeedsUser', remedy: 'Start that engine, or unset DOCKER_HOST.' },
  HostImageFailed: {
    class: 'NeedsUser',
    remedy: 'Read the last lines in the message; TKE_DEBIAN_MIRROR names another mirror of Debian.',
  },
  HostNotReady: { class: 'NeedsUser', remedy: 'Read what the host said in the message; a busy machine needs longer.' },
  NoFreeSubnet: {
    class: 'NeedsUser',
    remedy: 'Remove networks of the engine that nobody needs (docker network prune).',
  },
  ToolFailed: { class: 'NeedsUser', remedy: 'Read what the program says in the message.' },
});
