/** An issuer that approves, and a client of it, anew for each test of a file. */
import { afterEach, beforeEach } from 'vitest';
import type { KonaPlateClient } from '../../../src/konaplate/client.ts';
import { APPROVAL, ITEM, ok, ScriptedIssuer } from './scripted-issuer.ts';

export let issuer: ScriptedIssuer;
export let client: KonaPlateClient;

export function startIssuerClient(): void {
  beforeEach(async () => {
    issuer = await new ScriptedIssuer().start();
    issuer.behaviour = () => ({ body: ok({ ...ITEM, ...APPROVAL, balance: 30_000 }) });
    client = issuer.client();
  });
  afterEach(async () => {
    await client.dispose();
    await issuer.stop();
  });
}
