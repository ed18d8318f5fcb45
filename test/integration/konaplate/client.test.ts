import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createKonaPlateClient, KonaPlateOptionFault } from '../../../src/konaplate/client.ts';
import { HEADER, HEADER_FORM, importPublicKey, kstMillis } from '../../../src/konaplate/wire.ts';
import { client, issuer, startIssuerClient } from './issuer-client.ts';
import {
  APPROVAL,
  APPROVE,
  CONTEXT,
  ITEM,
  keyPair,
  ok,
  type Reply,
  rawServer,
  refusal,
} from './scripted-issuer.ts';

startIssuerClient();

const approve = () => client.approve(APPROVE, CONTEXT);

describe('an approve', () => {
  it('carries every header in its documented form, and the contract members in the encrypted body', async () => {
    await approve();
    const [call] = issuer.calls;
    expect(call?.path).toBe('/open-api/api/v1/payment/barcode/approve');
    expect(call?.tokenValid).toBe(true);
    for (const [name, header] of Object.entries(HEADER)) {
      const form = HEADER_FORM[name as keyof typeof HEADER_FORM];
      expect(call?.headers[header.toLowerCase()]).toMatch(form);
    }
    expect(call?.headers['x-km-time-zone']).toBe('KST');
    expect(call?.body).toEqual({
      operation: 'approve',
      requestedAt: expect.stringMatching(/^[0-9]{17}$/),
      merchantId: 'M00000000000001',
      terminalId: 'T001',
      epoch: 0,
      journalIndex: 7,
      journalHead: 'a'.repeat(64),
      sequenceId: APPROVE.sequenceId,
      type: 'CHARGE',
      amount: 10_000,
      barcodeSpec: APPROVE.barcodeSpec,
      scannedAt: '20261122120000000',
      deferred: false,
    });
  });

  it('is answered when everything is right', async () => {
    expect(await approve()).toMatchObject({
      class: 'answered',
      value: { ...APPROVAL, balance: 30_000 },
      meta: { issuerEpoch: 'first', businessDate: '20261122' },
    });
  });

  const declined = refusal('006_901');
  const rows: [string, Reply, object][] = [
    ['declined by a listed code', { status: 400, body: declined }, { class: 'declined', code: '006_901' }],
    ['declined in plain, but signed', { status: 400, body: declined, plain: true }, { class: 'declined' }],
    [
      'not processed',
      { status: 400, body: refusal('000_908'), headers: { 'Retry-After': '7' } },
      { class: 'notProcessed', code: '000_908', retryAfterMs: 7_000 },
    ],
    [
      'a code with the wrong status',
      { status: 200, body: declined },
      { class: 'ambiguous', why: 'STATUS_AND_CODE_DIFFER' },
    ],
    [
      'an unlisted code',
      { status: 400, body: refusal('006_777') },
      { class: 'ambiguous', why: 'UNLISTED_CODE' },
    ],
    ['006_021', { status: 400, body: refusal('006_021') }, { class: 'ambiguous', code: '006_021' }],
    ['006_905', { status: 400, body: refusal('006_905') }, { class: 'ambiguous', code: '006_905' }],
    ['500, signed and all', { status: 500, body: declined }, { class: 'ambiguous', why: 'HTTP_STATUS' }],
    [
      '503 with Retry-After',
      { status: 503, raw: '', headers: { 'Retry-After': '9' } },
      { class: 'ambiguous', retryAfterMs: 9_000 },
    ],
    ...[301, 302, 303, 307, 308].map((status): [string, Reply, object] => [
      `${status} to ourselves, which is not followed`,
      { status, raw: '', headers: { Location: '/open-api/api/v1/payment/barcode/approve' } },
      { class: 'ambiguous', why: 'HTTP_STATUS' },
    ]),
    ['HTML with 200', { raw: '<html>Log in</html>' }, { class: 'ambiguous', why: 'NOT_JSON' }],
    [
      'HTML with 200, signed by nobody we know',
      { raw: '<html>', sign: 'wrong secret' },
      { class: 'ambiguous', why: 'BAD_SIGNATURE' },
    ],
    [
      'an unsigned decline',
      { status: 400, body: declined, plain: true, sign: 'none' },
      { class: 'ambiguous', why: 'UNSIGNED', code: '006_901' },
    ],
    [
      'an unsigned, encrypted approval',
      { body: ok({ ...ITEM, ...APPROVAL }), sign: 'none' },
      { class: 'ambiguous', why: 'UNSIGNED' },
    ],
    [
      'a signature of another secret',
      { body: ok({ ...ITEM, ...APPROVAL }), sign: 'wrong secret' },
      { class: 'ambiguous', why: 'BAD_SIGNATURE' },
    ],
    [
      'a signature of another body',
      { body: ok({ ...ITEM, ...APPROVAL }), sign: 'other body' },
      { class: 'ambiguous', why: 'BAD_SIGNATURE' },
    ],
    [
      'an old signature',
      { body: ok({ ...ITEM, ...APPROVAL }), signedAtMs: Date.now() - 400_000 },
      { class: 'ambiguous', why: 'ANSWER_TIME' },
    ],
    [
      'a plain approval',
      { body: ok({ ...ITEM, ...APPROVAL }), plain: true },
      { class: 'ambiguous', why: 'NOT_ENCRYPTED' },
    ],
    ['no envelope member', { body: { response: undefined } }, { class: 'ambiguous', why: 'BAD_SCHEMA' }],
    [
      'an approval without its number',
      { body: ok({ ...ITEM, ...APPROVAL, nrNumber: undefined }) },
      { class: 'ambiguous', why: 'BAD_SCHEMA' },
    ],
  ];
  it.each(rows)('classes %s', async (_name, reply, expected) => {
    issuer.behaviour = () => reply;
    expect(await approve()).toMatchObject(expected);
    expect(issuer.calls).toHaveLength(1);
  });

  it.each([
    ['operation', 'inquiry'],
    ['requestedAt', '20261122120000001'],
    ['merchantId', 'M00000000000002'],
    ['terminalId', 'T002'],
    ['sequenceId', '01KB0000000000000000000001'],
    ['sequenceId', undefined],
    ['cancelId', 'V1'],
    ['type', 'REFUND'],
    ['amount', 10_001],
    ['bin', '941001'],
    ['last4', '0006'],
  ])('is ambiguous when the answer says another %s', async (name, value) => {
    issuer.behaviour = () => ({ body: ok({ ...ITEM, ...APPROVAL }), echo: { [name]: value } });
    expect(await approve()).toMatchObject({ class: 'ambiguous', why: 'WRONG_ECHO' });
  });

  it('does not take a copy of the answer to an earlier request of the same payment', async () => {
    issuer.behaviour = () => ({ body: ok({ ...ITEM, ...APPROVAL }) });
    expect(await approve()).toMatchObject({ class: 'answered' });
    const earlier = issuer.calls[0]?.body.requestedAt;
    await expect.poll(() => kstMillis(Date.now())).not.toBe(earlier);
    issuer.behaviour = () => ({ body: ok({ ...ITEM, ...APPROVAL }), echo: { requestedAt: earlier } });
    expect(await approve()).toMatchObject({ class: 'ambiguous', why: 'WRONG_ECHO' });
  });

  it('is ambiguous when the answer is encrypted to somebody else', async () => {
    const stranger = importPublicKey(keyPair().publicKey);
    issuer.behaviour = () => ({ body: ok({ ...ITEM, ...APPROVAL }), encryptTo: stranger });
    expect(await approve()).toMatchObject({ class: 'ambiguous', why: 'NOT_DECRYPTABLE' });
  });

  it('waits for the answer behind an early hint', async () => {
    issuer.behaviour = (_call, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      return { body: ok({ ...ITEM, ...APPROVAL }) };
    };
    expect(await approve()).toMatchObject({ class: 'answered' });
  });

  it('gives up an answer that is larger than allowed', async () => {
    issuer.behaviour = () => ({ raw: Buffer.alloc(600_000, 0x20) });
    expect(await approve()).toMatchObject({ class: 'ambiguous', why: 'ANSWER_TOO_LARGE' });
  });

  it('reports the issuer clock by its Date header', async () => {
    issuer.behaviour = () => ({
      body: ok({ ...ITEM, ...APPROVAL }),
      headers: { Date: new Date(Date.now() + 120_000).toUTCString() },
    });
    const answer = await approve();
    expect(answer.class === 'answered' && Math.round((answer.meta.clockOffsetMs ?? 0) / 10_000)).toBe(12);
  });
});

describe('the other calls', () => {
  it('an inquiry counts as completed only with the whole item, and names voids', async () => {
    const ask = () => client.inquiry({ sequenceId: APPROVE.sequenceId, ...ITEM }, CONTEXT);
    issuer.behaviour = () => ({
      body: ok({
        result: 'COMPLETED',
        ...ITEM,
        ...APPROVAL,
        voids: [{ cancelId: 'V1', done: false, code: '007_030' }],
      }),
    });
    expect(await ask()).toMatchObject({
      class: 'answered',
      value: {
        result: 'COMPLETED',
        approval: APPROVAL,
        voids: [{ cancelId: 'V1', done: false, code: '007_030' }],
      },
    });
    for (const missing of ['type', 'amount', 'bin', 'last4', 'nrNumber']) {
      issuer.behaviour = () => ({
        body: ok({ result: 'COMPLETED', ...ITEM, ...APPROVAL, [missing]: undefined }),
      });
      expect(await ask()).toMatchObject({ class: 'ambiguous' });
    }
    issuer.behaviour = () => ({ body: ok({ result: 'NOT_FOUND' }) });
    expect(await ask()).toMatchObject({ class: 'answered', value: { result: 'NOT_FOUND', voids: [] } });
    issuer.behaviour = () => ({ body: ok({ result: 'FAILED', ...ITEM, amount: 9, declineCode: '006_901' }) });
    expect(await ask()).toMatchObject({ class: 'ambiguous', why: 'WRONG_ECHO' });
  });

  it('a net cancel is acknowledged or refused', async () => {
    const undo = () =>
      client.netCancel(
        { sequenceId: APPROVE.sequenceId, type: 'CHARGE', amount: 10_000, reason: 'TIMEOUT' },
        CONTEXT,
      );
    issuer.behaviour = () => ({ body: ok({ result: 'NOT_FOUND' }) });
    expect(await undo()).toMatchObject({
      class: 'answered',
      value: { result: 'NOT_FOUND', reversedAt: null },
    });
    issuer.behaviour = () => ({ status: 400, body: refusal('006_907') });
    expect(await undo()).toMatchObject({ class: 'refused', code: '006_907' });
    issuer.behaviour = () => ({ status: 400, body: refusal('006_901') });
    expect(await undo()).toMatchObject({ class: 'ambiguous', code: '006_901' });
  });

  it('a void echoes its own cancelId', async () => {
    const undo = () =>
      client.cancel(
        {
          sequenceId: APPROVE.sequenceId,
          cancelId: 'V1',
          nrNumber: APPROVAL.nrNumber,
          type: 'CHARGE',
          amount: 10_000,
          proof: { managerId: 'm1' },
        },
        CONTEXT,
      );
    issuer.behaviour = () => ({
      body: ok({ cancelNrNumber: APPROVAL.nrNumber, canceledAt: APPROVAL.approvedAt }),
    });
    expect(await undo()).toMatchObject({ class: 'answered' });
    issuer.behaviour = () => ({
      body: ok({ cancelNrNumber: APPROVAL.nrNumber, canceledAt: APPROVAL.approvedAt }),
      echo: { cancelId: 'V2' },
    });
    expect(await undo()).toMatchObject({ class: 'ambiguous', why: 'WRONG_ECHO' });
    issuer.behaviour = () => ({ status: 400, body: refusal('007_030') });
    expect(await undo()).toMatchObject({ class: 'refused', code: '007_030' });
  });

  it('hello, transactions and close come in our words', async () => {
    issuer.behaviour = () => ({
      body: ok({
        serverTime: '20261122120000000',
        cutOverHour: 4,
        openBusinessDate: '20261122',
        limits: { deferredEach: 50_000 },
        enabled: { CHARGE: true, REFUND: false },
        drainPerMinute: 60,
        epoch: 0,
        holder: 'b'.repeat(64),
        knownJournalIndex: 3,
      }),
    });
    const greeting = {
      machineId: 'b'.repeat(64),
      agentVersion: '1',
      backlogCount: 1,
      backlogOldestAtMs: Date.UTC(2026, 10, 22),
    };
    expect(await client.hello(greeting, CONTEXT)).toMatchObject({
      class: 'answered',
      value: { serverTimeMs: Date.UTC(2026, 10, 22, 3), enabled: { REFUND: false }, drainPerMinute: 60 },
    });
    expect(issuer.calls[0]?.body).toMatchObject({ backlogOldestAt: '20261122090000000' });
    const item = {
      sequenceId: 'A',
      terminalId: 'T001',
      ...ITEM,
      ...APPROVAL,
      state: 'APPROVED',
      businessDate: '20261122',
      deferred: false,
    };
    issuer.behaviour = () => ({
      body: ok({
        asOf: '20261122120000000',
        final: true,
        totals: [],
        items: [item, { ...item, terminalId: 'T002' }],
      }),
    });
    expect(
      await client.transactions({ businessDate: '20261122', terminalId: 'T001', limit: 10 }, CONTEXT),
    ).toMatchObject({
      class: 'answered',
      value: { final: true, items: [item] },
    });
    issuer.behaviour = () => ({ body: ok({ result: 'AGREED', totals: [] }) });
    const closing = {
      businessDate: '20261122',
      closeNo: 1,
      totals: [],
      openItems: [],
      itemsDigest: 'c'.repeat(64),
    };
    expect(await client.close(closing, CONTEXT)).toMatchObject({
      class: 'answered',
      value: { result: 'AGREED' },
    });
  });

  it('barcode-spec takes encrypted success and plain refusals, signed or not', async () => {
    const wish = { cardNo: '9410000000000005', type: 'CHARGE', amount: 10_000 } as const;
    issuer.behaviour = () => ({ body: ok({ barcodeSpec: APPROVE.barcodeSpec }), sign: 'none' });
    expect(await client.barcodeSpec(wish)).toMatchObject({
      class: 'answered',
      value: { barcodeSpec: APPROVE.barcodeSpec },
    });
    expect(issuer.calls[0]?.body).toEqual(wish);
    issuer.behaviour = () => ({ status: 400, body: refusal('003_001'), plain: true, sign: 'none' });
    expect(await client.barcodeSpec(wish)).toMatchObject({ class: 'refused', code: '003_001' });
    issuer.behaviour = () => ({ body: ok({ barcodeSpec: APPROVE.barcodeSpec }), plain: true });
    expect(await client.barcodeSpec(wish)).toMatchObject({ class: 'failed', why: 'NOT_ENCRYPTED' });
    const headers = { Date: new Date(Date.now() - 3_600_000).toUTCString() };
    for (const behaviour of [
      { body: ok({ barcodeSpec: APPROVE.barcodeSpec }), headers },
      { status: 400, body: refusal('000_902'), plain: true, headers },
    ]) {
      issuer.behaviour = () => behaviour;
      const answer = await client.barcodeSpec(wish);
      if (answer.class === 'failed') throw new Error(answer.why);
      expect(Math.round((answer.clockOffsetMs ?? 0) / 60_000)).toBe(-60);
    }
  });
});

describe('the client', () => {
  it('reads no proxy from the environment', async () => {
    const { server, port } = await rawServer((socket) => socket.destroy());
    process.env.HTTP_PROXY = `http://127.0.0.1:${port}`;
    process.env.http_proxy = `http://127.0.0.1:${port}`;
    try {
      expect(await approve()).toMatchObject({ class: 'answered' });
    } finally {
      delete process.env.HTTP_PROXY;
      delete process.env.http_proxy;
      server.close();
    }
  });

  it('puts no secret into any answer, whatever goes wrong', async () => {
    const secrets = [
      APPROVE.barcodeSpec,
      '9410000000000005',
      issuer.options().secretKey,
      'PRIVATE KEY',
      issuer.options().accessKey,
    ];
    const behaviours: Reply[] = [
      { raw: APPROVE.barcodeSpec },
      { status: 400, body: { response: { code: '006_777', description: APPROVE.barcodeSpec } } },
      {
        status: 400,
        plain: true,
        sign: 'none',
        body: { response: { code: '9410000000000005', description: '' } },
      },
      { body: ok({ ...ITEM, ...APPROVAL, sequenceId: APPROVE.barcodeSpec }) },
    ];
    for (const reply of behaviours) {
      issuer.behaviour = () => reply;
      const shown = inspect(await approve(), { depth: 10 });
      for (const secret of secrets) expect(shown).not.toContain(secret);
    }
  });

  it.each([
    [{ baseUrl: 'http://issuer.example/open-api' }, 'baseUrl'],
    [{ baseUrl: 'ftp://127.0.0.1/' }, 'baseUrl'],
    [{ baseUrl: 'https://user:pass@issuer.example' }, 'baseUrl'],
    [{ baseUrl: 'nonsense' }, 'baseUrl'],
    [{ aspId: 'short' }, 'aspId'],
    [{ accessKey: 'x' }, 'accessKey'],
    [{ cryptoKeyId: 'x' }, 'cryptoKeyId'],
    [{ secretKey: '' }, 'secretKey'],
    [{ serverPublicKey: 'x' }, 'serverPublicKey'],
    [{ clientPrivateKey: 'x' }, 'clientPrivateKey'],
    [{ maxAnswerBytes: 0 }, 'maxAnswerBytes'],
    [{ timeouts: { totalMs: 0 } }, 'timeouts.totalMs'],
  ])('refuses the options %j, naming the field and not the value', (more, field) => {
    try {
      createKonaPlateClient(issuer.options(more));
      expect.unreachable();
    } catch (fault) {
      expect(fault).toBeInstanceOf(KonaPlateOptionFault);
      expect(fault).toMatchObject({ field });
      expect(String(fault)).not.toContain('user:pass');
    }
  });
});
