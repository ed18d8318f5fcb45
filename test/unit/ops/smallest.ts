/** The smallest configuration of a till; none of its files is there, and nothing at its address answers. */
export const SMALLEST = {
  environment: 'sandbox',
  platform: {
    baseUrl: 'https://platform.example/open-api',
    aspId: 'A'.repeat(15),
    accessKeyFile: 'access',
    secretKeyFile: 'secret',
    cryptoKeyId: '0'.repeat(32),
    serverPublicKeyFile: 'server',
    clientPrivateKeyFile: 'client',
    merchantId: 'M'.repeat(15),
    terminalId: '1',
  },
  ledger: { directory: 'ledger', vaultKeyFile: 'vault.key' },
  stations: [{ id: '1' }],
  store: { name: 'Store' },
} as const;
