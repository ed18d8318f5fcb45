import { type BarcodeSpec, CODE_LENGTH, type CodeTable, DEFAULT_CODE_TABLE } from './parse.ts';

/** A spec that no barcode can carry: the caller's mistake. Names the field, never its value. */
export class BarcodeSpecError extends Error {
  override readonly name = 'BarcodeSpecError';
  readonly field: 'type' | 'cardNumber' | 'token' | 'amount';

  constructor(field: BarcodeSpecError['field']) {
    super(`barcode spec: ${field} is not valid`);
    this.field = field;
  }
}

/** The 31 characters of a spec. Throws `BarcodeSpecError` when the spec cannot be carried. */
export function formatBarcode(spec: BarcodeSpec, codeTable: CodeTable = DEFAULT_CODE_TABLE): string {
  const code = codeTable[spec.type]?.[0];
  if (code === undefined || code.length !== CODE_LENGTH) throw new BarcodeSpecError('type');
  if (!/^[0-9]{16}$/.test(spec.cardNumber)) throw new BarcodeSpecError('cardNumber');
  if (!/^[0-9]{3}$/.test(spec.token)) throw new BarcodeSpecError('token');
  if (!Number.isInteger(spec.amount) || spec.amount < 0 || spec.amount > 999_999) {
    throw new BarcodeSpecError('amount');
  }
  return code + spec.cardNumber + spec.token + String(spec.amount).padStart(6, '0');
}

/**
 * What is wrong with a code table, one sentence each; empty when it is good. Codes are six printable ASCII characters
 * (Code 128 set B), no code is another's in different case, and every type has at least one.
 */
export function checkCodeTable(codeTable: CodeTable): string[] {
  const problems: string[] = [];
  const owners = new Map<string, string>();
  for (const type of ['CHARGE', 'REFUND'] as const) {
    if (codeTable[type].length === 0) problems.push(`${type} has no transaction code`);
    for (const code of codeTable[type]) {
      if (!/^[\x21-\x7e]{6}$/.test(code))
        problems.push(`${type}: "${code}" is not six printable ASCII characters`);
      if (code.startsWith(']')) problems.push(`${type}: "${code}" would be taken for an AIM identifier`);
      const owner = owners.get(code.toUpperCase());
      if (owner !== undefined) problems.push(`${type}: "${code}" already stands for ${owner}`);
      owners.set(code.toUpperCase(), type);
    }
  }
  return problems;
}

/** Luhn's check digit over a card number. False for anything that is not digits. Never ask it about a token. */
export function luhn(cardNumber: string): boolean {
  let sum = 0;
  for (let i = 0; i < cardNumber.length; i += 1) {
    const digit = cardNumber.charCodeAt(cardNumber.length - 1 - i) - 48;
    if (digit < 0 || digit > 9) return false;
    const doubled = i % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return cardNumber.length > 0 && sum % 10 === 0;
}

/** `9410 00** **** 0005`: BIN and last four, the most that a person may see (PCI DSS 3.4.1, Korean receipts). */
export function maskCard(cardNumber: string): string {
  if (!/^[0-9]{16}$/.test(cardNumber)) return '**** **** **** ****';
  return maskedCard(cardNumber.slice(0, 6), cardNumber.slice(12));
}

/** The same from what a ledger keeps. */
export function maskedCard(bin: string, last4: string): string {
  return `${bin.slice(0, 4)} ${bin.slice(4, 6)}** **** ${last4}`;
}
