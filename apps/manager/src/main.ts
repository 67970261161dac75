import { runProgram } from '@tke/runtime';

import { flags } from './flags.ts';
import { run } from './run.ts';

void runProgram({ name: 'manager', flags, run });
