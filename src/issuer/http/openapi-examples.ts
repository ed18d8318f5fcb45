/** The plaintext of one good request of each call, for the description. Only the published test card is in it. */
const CARD = '9410000000000005';
const NOW = '20261122120000000';
const ITEM = { type: 'CHARGE', amount: 10_000 };
const SEQUENCE = '2611221200000123456789abcdef';

function store(operation: string, members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    operation,
    requestedAt: NOW,
    merchantId: 'M00000000000001',
    terminalId: 'T000000001',
    epoch: 0,
    journalIndex: 1,
    journalHead: '1'.repeat(64),
    ...members,
  };
}

/** By the name of the call. */
export const REQUEST_EXAMPLES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  barcodeSpec: { cardNo: CARD, ...ITEM },
  oneTimeToken: { cardNo: CARD, type: 'ATM' },
  cardInfo: { cardNo: CARD },
  cardTransactions: { par: `K${'0'.repeat(26)}`, startDate: '20261101', endDate: '20261122', page: 1 },
  hello: store('hello', { machineId: 'a'.repeat(64), agentVersion: '1', backlogCount: 0 }),
  approve: store('approve', {
    sequenceId: SEQUENCE,
    ...ITEM,
    barcodeSpec: `CHARGE${CARD}123010000`,
    scannedAt: NOW,
    deferred: false,
  }),
  inquiry: store('inquiry', { sequenceId: SEQUENCE }),
  netcancel: store('netcancel', { sequenceId: SEQUENCE, ...ITEM, reason: 'TIMEOUT' }),
  cancel: store('cancel', {
    sequenceId: SEQUENCE,
    cancelId: 'V1',
    nrNumber: 'KMN261122000000001',
    ...ITEM,
    managerId: 'manager-1',
  }),
  transactions: store('transactions', { businessDate: '20261122', limit: 100 }),
  close: store('close', {
    businessDate: '20261122',
    closeNo: 1,
    totals: [{ type: 'CHARGE', state: 'APPROVED', count: 1, sum: 10_000 }],
    openItems: [],
    itemsDigest: '0'.repeat(64),
  }),
};
