/** Speaks to the running agent on this machine, with the token that it left for its own user. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import { readConfig } from '../ops/config.ts';
import type { Config } from '../ops/config-schema.ts';
import { isLoopback } from '../ops/loopback.ts';
import { CommandError, type CommonOptions, type Io } from './io.ts';
import { configFile } from './places.ts';

const ANSWER_MS = 5_000;

function tokenOf(config: Config): string {
  const file = join(config.ledger.directory, 'control-token');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES')
      throw new CommandError('no right to speak to the agent: run it as root or as the user kona-till');
    throw new CommandError('the agent has not run yet with this configuration');
  }
}

/** The agent trusts its own certificate; the address is this machine's, whatever the certificate is made out to. */
function dispatcherOf(config: Config, answerMs: number): Agent {
  const times = { headersTimeout: answerMs, bodyTimeout: answerMs };
  if (config.web.tls === null) return new Agent(times);
  const ca = readFileSync(config.web.tls.certificateFile, 'utf8');
  return new Agent({ ...times, connect: { ca, checkServerIdentity: () => undefined } });
}

function baseOf({ web }: Config): string {
  const host = isLoopback(web.host) && web.host !== 'localhost' ? web.host : '127.0.0.1';
  const shown = host.includes(':') ? `[${host}]` : host;
  return `${web.tls === null ? 'http' : 'https'}://${shown}:${web.port}/api/v1/control`;
}

/** One call; `body` makes it a POST. Throws CommandError when the agent does not run or refuses. */
export async function callAgent(
  io: Io,
  options: CommonOptions,
  path: string,
  body?: object,
  answerMs: number = ANSWER_MS,
): Promise<unknown> {
  const config = readConfig(configFile(io, options));
  const token = tokenOf(config);
  const dispatcher = dispatcherOf(config, answerMs);
  try {
    const response = await fetch(`${baseOf(config)}/${path}`, {
      dispatcher,
      signal: AbortSignal.timeout(answerMs),
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    if (response.ok) return await response.json();
    const refusal = (await response.json().catch(() => ({}))) as { text?: string };
    throw new CommandError(`the agent refused: ${refusal.text ?? `HTTP ${response.status}`}`);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`the agent does not answer at ${baseOf(config)}; is it running?`);
  } finally {
    await dispatcher.close();
  }
}
