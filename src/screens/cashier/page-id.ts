/**
 * The name under which this page drives its station. It lives in sessionStorage, so a reload keeps control; a duplicated
 * tab copies that storage, so the name is also held by a lock and a second holder takes a new one.
 */
const KEY = 'kona-till.page';
const AGAIN_MS = 250;

function newPageId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** True when this tab now holds the name until it goes away. */
function hold(id: string): Promise<boolean> {
  return new Promise((resolve) => {
    const kept = new Promise<never>(() => undefined);
    navigator.locks
      .request(`kona-till.page.${id}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : kept;
      })
      .catch(() => resolve(true));
  });
}

/** The page's name: 32 hex characters. A tab that is just being reloaded may still hold it for a moment. */
export async function pageId(): Promise<string> {
  const stored = sessionStorage.getItem(KEY);
  if (stored !== null && navigator.locks === undefined) return stored;
  if (stored !== null && (await hold(stored))) return stored;
  if (stored !== null) {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    if (await hold(stored)) return stored;
  }
  const fresh = newPageId();
  sessionStorage.setItem(KEY, fresh);
  if (navigator.locks !== undefined) await hold(fresh);
  return fresh;
}
