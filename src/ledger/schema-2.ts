/** Version 2: business days. Where each day's own entries end, and what their postings sum up to. */
export const SCHEMA_2: string = `
CREATE TABLE business_days (
  business_date TEXT PRIMARY KEY CHECK (length(business_date) = 8),
  last_index INTEGER NOT NULL,
  entries INTEGER NOT NULL CHECK (entries > 0),
  sealed_index INTEGER,
  issuer_payable INTEGER NOT NULL,
  cash_drawer INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
