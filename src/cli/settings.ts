/** The configuration as rows for the manager's page: every value, whether it was set, and whether it is unsafe. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { findNodeAtLocation, type JSONPath, parseTree } from 'jsonc-parser';
import type { Config } from '../ops/config-schema.ts';
import { isLoopback } from '../ops/loopback.ts';
import { readSecret } from '../ops/secrets.ts';
import type { SettingRow, Settings, SettingWarning } from '../web/api/terminal.ts';

const CERTIFICATES: ReadonlySet<string> = new Set([
  'web.tls.certificateFile',
  'platform.tls.caFile',
  'platform.tls.clientCertificateFile',
]);

function warningOf(path: string, value: unknown, config: Config): SettingWarning | null {
  switch (path) {
    case 'platform.baseUrl':
      return config.platform.baseUrl.startsWith('http:') ? 'NOT_ENCRYPTED' : null;
    case 'web.host':
      return isLoopback(config.web.host) ? null : 'OPEN_TO_NETWORK';
    case 'ledger.backup.keep':
      return value === 0 ? 'NO_BACKUPS' : null;
    case 'ledger.backup.directory':
      return value === null && config.ledger.backup.keep > 0 ? 'SAME_DISK' : null;
    default:
      return null;
  }
}

/** A file that cannot be read is told by the start of the agent; here it only has no end. */
function endOfCertificate(path: string, file: unknown): number | null {
  if (!CERTIFICATES.has(path) || typeof file !== 'string') return null;
  try {
    return new X509Certificate(readSecret(file, path, { open: true })).validToDate.getTime();
  } catch {
    return null;
  }
}

function walk(value: unknown, path: JSONPath, visit: (path: JSONPath, value: unknown) => void): void {
  if (value === null || typeof value !== 'object') {
    visit(path, value);
    return;
  }
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  if (entries.length === 0) visit(path, Array.isArray(value) ? '[]' : '{}');
  for (const [key, inner] of entries) walk(inner, [...path, key], visit);
}

function pathText(path: JSONPath): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}

/** `content` is the text of the file that `config` was read from. Secrets stand in files of their own, not here. */
export function settingRows(config: Config, content: string): SettingRow[] {
  const tree = parseTree(content);
  const rows: SettingRow[] = [];
  walk(config, [], (path, value) => {
    const isSet = tree !== undefined && findNodeAtLocation(tree, path) !== undefined;
    const name = pathText(path);
    rows.push({
      path: name,
      value: value === null ? 'none' : String(value),
      source: isSet ? 'set' : 'default',
      warning: warningOf(name, value, config),
      endsAtMs: endOfCertificate(name, value),
    });
  });
  return rows;
}

/** The same of the file itself. */
export function settingsOf(config: Config, file: string): Settings {
  return {
    file,
    fileAtMs: statSync(file).mtimeMs,
    rows: settingRows(config, readFileSync(file, 'utf8')),
  };
}
