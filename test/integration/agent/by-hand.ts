/** A ledger changed as a person with `sqlite3` would: nobody may have it open. */
import Database from 'better-sqlite3';

export function changeByHand(file: string, sql: string): void {
  const database = new Database(file);
  const triggers = database
    .prepare<[], { name: string; sql: string }>("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    .all();
  for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`);
  database.exec(sql);
  for (const trigger of triggers) database.exec(trigger.sql);
  database.close();
}
