/** Where the manager is: page, payment and filters, all in the address after `#`. Never card data. */
import { useEffect, useState } from 'preact/hooks';

export const PAGES = [
  'today',
  'payments',
  'payment',
  'cases',
  'day',
  'scanners',
  'sync',
  'settings',
] as const;
export type PageId = (typeof PAGES)[number];

export interface Route {
  readonly page: PageId;
  /** sequenceId on `payment`. */
  readonly id: string | null;
  readonly query: Readonly<Record<string, string>>;
}

function isPage(name: string): name is PageId {
  return (PAGES as readonly string[]).includes(name);
}

/** `#/payments?type=CHARGE`, `#/payment/01K...`; anything else is today. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const [name = '', id] = path.split('/');
  const query = Object.fromEntries(new URLSearchParams(search));
  if (!isPage(name) || (name === 'payment' && id === undefined))
    return { page: 'today', id: null, query: {} };
  return { page: name, id: id ?? null, query };
}

/** The address of a page; empty filters are left out. */
export function linkTo(
  page: PageId,
  query: Readonly<Record<string, string>> = {},
  id: string | null = null,
): string {
  const kept = Object.entries(query).filter(([, value]) => value !== '');
  const search = new URLSearchParams(kept).toString();
  return `#/${page}${id === null ? '' : `/${id}`}${search === '' ? '' : `?${search}`}`;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const changed = (): void => setRoute(parseRoute(location.hash));
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  return route;
}
