// Our server beside a bare one: node bench/authz-server/main.ts [--rules 100000] [--seconds 4] [--prof folder]
import { parseArgs } from 'node:util';

import { reportServer } from './report.ts';

const { values } = parseArgs({
  options: {
    rules: { type: 'string', default: '100000' },
    churn: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    protocol: { type: 'string' },
    prof: { type: 'string' },
  },
});

await reportServer({
  rules: Number(values.rules),
  churn: Number(values.churn),
  seconds: Number(values.seconds),
  rounds: Number(values.rounds),
  protocols: values.protocol === undefined ? ['http/1.1', 'h2'] : [values.protocol === 'h2' ? 'h2' : 'http/1.1'],
  ...(values.prof === undefined ? {} : { profileFolder: values.prof }),
});
