/**
 * The rival of `bench/scan.ts`: what a simple till would be. A serial port, readline, one commit of two rows in WAL with
 * FULL, server-sent events; no rule, no journal, no bound. Arguments: tty, folder.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ReadlineParser } from '@serialport/parser-readline';
import Database from 'better-sqlite3';
import { SerialPort } from 'serialport';
import { lastCommitNs, onEnd, stampCommits, tell } from './scan-child.ts';

stampCommits();
const [tty = '', folder = ''] = process.argv.slice(2);
const database = new Database(join(folder, 'minimal.db'));
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec(
  'CREATE TABLE scans (id INTEGER PRIMARY KEY, barcode TEXT NOT NULL, at INTEGER NOT NULL) STRICT;' +
    'CREATE TABLE events (id INTEGER PRIMARY KEY, scan INTEGER NOT NULL, what TEXT NOT NULL) STRICT;',
);
const addScan = database.prepare('INSERT INTO scans (barcode, at) VALUES (?, ?)');
const addEvent = database.prepare('INSERT INTO events (scan, what) VALUES (?, ?)');
const store = database.transaction((line: string): number => {
  const scan = Number(addScan.run(line, Date.now()).lastInsertRowid);
  addEvent.run(scan, 'scanned');
  return scan;
});

const pages = new Set<ServerResponse>();
const port = new SerialPort({ path: tty, baudRate: 9600 });
port.pipe(new ReadlineParser({ delimiter: '\r' })).on('data', (line: string) => {
  const scan = store(line);
  for (const page of pages)
    page.write(`event: scan\ndata: ${JSON.stringify({ scan, amount: line.slice(-6) })}\n\n`);
});

const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  pages.add(response);
});
onEnd(lastCommitNs);
server.listen(0, '127.0.0.1', () => {
  const { port: number } = server.address() as AddressInfo;
  tell({ kind: 'ready', url: `http://127.0.0.1:${number}/` });
});
