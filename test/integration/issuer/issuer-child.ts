/** An issuer in a process of its own: options as JSON in the argument, prints its base URL, ends with its standard input. */
import { type IssuerOptions, startIssuer } from '../../../src/issuer/issuer.ts';

const options: IssuerOptions = JSON.parse(process.argv[2] ?? '{}');
const issuer = await startIssuer(options);
process.stdout.write(`${issuer.credentials.baseUrl}\n`);
process.stdin.resume();
process.stdin.on('end', () => {
  void issuer.close();
});
