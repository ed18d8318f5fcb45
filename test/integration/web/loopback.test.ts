/** An agent on each name of this machine that the configuration takes without TLS. */
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webAddress } from '../../../src/cli/agent-options.ts';
import { parseConfig } from '../../../src/ops/config.ts';
import { SMALLEST } from '../../unit/ops/smallest.ts';
import { startTill, type Till } from '../agent/harness.ts';

const HAS_IPV6 = (networkInterfaces().lo ?? []).some(({ address }) => address === '::1');
let till: Till;

beforeAll(async () => {
  till = await startTill();
});
afterAll(() => till.close());

describe('an agent for this machine alone', () => {
  it.each(['127.8.9.10', 'localhost', ...(HAS_IPV6 ? ['::1', '[::1]'] : [])])(
    'listens without TLS as the configuration allows it: %s',
    async (host) => {
      const config = parseConfig(JSON.stringify({ ...SMALLEST, web: { host, port: 0 } }), '/till.jsonc');
      await till.restart({ web: { ...webAddress(config), allowedHosts: [], pagesDirectory: null } });
      const { address } = till.agent;
      expect((await fetch(`${address}/api/v1/stations`)).status).toBe(200);
      if (host.includes(':')) expect(address).toMatch(/^http:\/\/\[::1\]:\d+$/);
    },
  );
});
