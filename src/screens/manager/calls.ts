/** The manager's calls and the hooks that keep a page's figures fresh, and keep old ones when the terminal is away. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ManagerState } from '../../web/api/manager.ts';
import type { ScanTest } from '../../web/api/terminal.ts';
import { CallRefused, get, post } from '../shared/http.ts';
import { claimRefusal } from '../text/claim.ts';
import { DETAIL, ERRORS } from '../text/manager.ts';
import { ruleRefusal } from '../text/rules.ts';
import { type Language, say, type Words } from '../text/words.ts';

export const API = '/api/v1/manager';
const MINUTE_MS = 60_000;
const STALE_MS = 5_000;
const TICK_MS = 1_000;
const RECONNECT_MS = 3_000;

/** A page that reads again by itself is no sign of life of the person: the session runs on towards its end. */
const BY_ITSELF = { 'x-kona-till-refresh': '1' } as const;

export function managerGet<Answer>(path: string, byItself = false): Promise<Answer> {
  return get<Answer>(`${API}/${path}`, byItself ? BY_ITSELF : {});
}
export function managerPost<Answer>(path: string, body: unknown = {}, timeoutMs?: number): Promise<Answer> {
  return post<Answer>(`${API}/${path}`, body, timeoutMs);
}

/** The sentence for a refused or unanswered call. */
export function errorText(error: unknown, language: Language): string {
  if (!(error instanceof CallRefused)) return ERRORS.NO_ANSWER[language];
  const { triesLeft, leftMs, refusal } = error.detail;
  const byRule = error.code === 'REFUSED' ? whyRefused(refusal) : null;
  if (byRule !== null) return byRule[language];
  const minutes = Math.max(1, Math.ceil((leftMs ?? MINUTE_MS) / MINUTE_MS));
  return say(ERRORS[error.code] ?? ERRORS.FAULT, language, { tries: triesLeft ?? 0, minutes });
}

function whyRefused(refusal: string | undefined): Words | null {
  if (refusal === 'NOT_VERIFIED') return DETAIL.notVerified;
  return ruleRefusal(refusal) ?? claimRefusal(refusal);
}

export interface Loaded<Answer> {
  /** What `data` is the answer to. */
  readonly path: string;
  readonly data: Answer | null;
  /** When `data` came. */
  readonly atMs: number | null;
  readonly error: unknown;
  readonly failedSinceMs: number | null;
  readonly reload: () => void;
}

/**
 * Loads `path` now and whenever `version` changes. The old figures stay while the new ones are on their way and when they
 * do not come. `signedOut` is called when the session is over.
 */
export function useLoad<Answer>(
  path: string,
  version: string | number,
  signedOut: () => void,
): Loaded<Answer> {
  const [state, setState] = useState<Omit<Loaded<Answer>, 'reload'>>({
    path,
    data: null,
    atMs: null,
    error: null,
    failedSinceMs: null,
  });
  const [again, setAgain] = useState(0);
  const onSignedOut = useRef(signedOut);
  onSignedOut.current = signedOut;
  // `version` and `again` are not read: a change of either asks anew.
  const key = `${path} ${again} ${version}`;
  const last = useRef('');
  useEffect(() => {
    let gone = false;
    const [asked = '', tries = ''] = key.split(' ');
    // The same page and the same [Try again]: only the terminal's news made it read again.
    const byItself = last.current === `${asked} ${tries}`;
    last.current = `${asked} ${tries}`;
    managerGet<Answer>(asked, byItself)
      .then((data) => {
        if (!gone) setState({ path: asked, data, atMs: Date.now(), error: null, failedSinceMs: null });
      })
      .catch((error: unknown) => {
        if (gone) return;
        if (error instanceof CallRefused && error.code === 'SIGNED_OUT') onSignedOut.current();
        setState((before) => ({
          ...before,
          path: asked,
          data: before.path === asked ? before.data : null,
          error,
          failedSinceMs: before.failedSinceMs ?? Date.now(),
        }));
      });
    return () => {
      gone = true;
    };
  }, [key]);
  return { ...state, reload: () => setAgain((value) => value + 1) };
}

export interface Live {
  readonly state: ManagerState | null;
  /** Milliseconds since the last event; null while it is fresh. */
  readonly staleMs: number | null;
  /** Grows with every change worth reading again. */
  readonly version: string;
  readonly scan: ScanTest | null;
  /** The terminal's clock, moved on. */
  readonly wallMs: number;
}

/** The manager's event stream: connects again for ever, says when it has gone quiet. */
export function useLive(): Live {
  const [state, setState] = useState<ManagerState | null>(null);
  const [scan, setScan] = useState<ScanTest | null>(null);
  const [, setTick] = useState(0);
  const received = useRef(performance.now());
  useEffect(() => {
    let stream: EventSource | null = null;
    let openedMs = 0;
    const connect = (): void => {
      stream?.close();
      openedMs = performance.now();
      stream = new EventSource(`${API}/events`);
      stream.addEventListener('state', (event) => {
        received.current = performance.now();
        setState(JSON.parse(event.data) as ManagerState);
      });
      stream.addEventListener('scan', (event) => setScan(JSON.parse(event.data) as ScanTest));
    };
    connect();
    const timer = setInterval(() => {
      const now = performance.now();
      if (now - received.current > STALE_MS && now - openedMs > RECONNECT_MS) connect();
      setTick((value) => value + 1);
    }, TICK_MS);
    return () => {
      clearInterval(timer);
      stream?.close();
    };
  }, []);
  const ageMs = performance.now() - received.current;
  return {
    state,
    staleMs: ageMs > STALE_MS ? ageMs : null,
    version: state === null ? '' : `${state.run}.${state.journalIndex}.${state.changes}`,
    scan,
    wallMs: (state?.asOfMs ?? Date.now()) + (state === null ? 0 : ageMs),
  };
}

/** A call that a button makes: busy while it runs, its error as a sentence. */
export function useAction(language: Language, signedOut: () => void) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async <Answer>(call: () => Promise<Answer>): Promise<Answer | null> => {
    setBusy(true);
    setError(null);
    try {
      return await call();
    } catch (caught) {
      if (caught instanceof CallRefused && caught.code === 'SIGNED_OUT') signedOut();
      setError(caught);
      return null;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, fault: error === null ? null : errorText(error, language), run };
}
