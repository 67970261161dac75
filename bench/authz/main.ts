// node bench/authz/main.ts [rows ...]: the part of make bench that needs no cluster.
import { reportAuthorization } from './report.ts';

const sizes = process.argv.slice(2).map(Number);
reportAuthorization(sizes.length > 0 ? sizes : [1_000, 10_000, 100_000, 1_000_000]);
