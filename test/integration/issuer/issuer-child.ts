/** A second issuer for the races: the database's address comes as the argument; it ends with its standard input. */
import { startIssuer } from '../../../src/issuer/issuer.ts';

const issuer = await startIssuer({ storage: { connectionString: process.argv[2] ?? '' } });
process.stdout.write(`${issuer.credentials.baseUrl}\n`);
process.stdin.resume();
process.stdin.on('end', () => {
  void issuer.close();
});
