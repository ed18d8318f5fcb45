/** The configuration as rows for the manager's page: every value, and whether it was set or is the default. */
import { readFileSync } from 'node:fs';
import { findNodeAtLocation, type JSONPath, parseTree } from 'jsonc-parser';
import type { Config } from './config-schema.ts';

export interface SettingRow {
  readonly path: string;
  readonly value: string;
  readonly source: 'default' | 'set';
  readonly warning: string | null;
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
    rows.push({
      path: pathText(path),
      value: value === null ? 'none' : String(value),
      source: isSet ? 'set' : 'default',
      warning: null,
    });
  });
  return rows;
}

export function settingRowsOf(config: Config, file: string): SettingRow[] {
  return settingRows(config, readFileSync(file, 'utf8'));
}
