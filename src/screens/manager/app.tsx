/** The manager's frame: who is signed in, navigation, head of every page, and the page itself. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { SessionAnswer } from '../../web/api/manager.ts';
import {
  applyPreferences,
  loadPreferences,
  type Preferences,
  savePreferences,
  themeAt,
} from '../shared/preferences.ts';
import { clockTimeSeconds, dashedDate } from '../text/format.ts';
import { HEAD, NAV } from '../text/manager.ts';
import { STRIP } from '../text/strip.ts';
import { say, type Words } from '../text/words.ts';
import { type Live, managerGet, managerPost, useLive } from './calls.ts';
import { Cases } from './cases.tsx';
import type { PageProps } from './context.ts';
import { Day } from './day.tsx';
import { NavIcon } from './nav-icon.tsx';
import { Payment } from './payment.tsx';
import { Payments } from './payments.tsx';
import { linkTo, type PageId, type Route, useRoute } from './route.ts';
import { Scanners } from './scanners.tsx';
import { Settings } from './settings.tsx';
import { SignIn } from './sign-in.tsx';
import { Sync } from './sync.tsx';
import { Today } from './today.tsx';

const ASK_AGAIN_MS = 2_000;
/** Without a touch or key: the manager is signed out. */
const IDLE_MS = 600_000;
const NAV_PAGES = ['today', 'payments', 'cases', 'day', 'scanners', 'sync', 'settings'] as const;

function useSession(): [SessionAnswer | null, (session: SessionAnswer | null) => void] {
  const [session, setSession] = useState<SessionAnswer | null>(null);
  useEffect(() => {
    if (session !== null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    const ask = (): void => {
      managerGet<SessionAnswer>('session')
        .then((answer) => gone || setSession(answer))
        .catch(() => {
          if (!gone) timer = setTimeout(ask, ASK_AGAIN_MS);
        });
    };
    ask();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [session]);
  return [session, setSession];
}

export function App() {
  const [preferences, setPreferences] = useState<Preferences>(loadPreferences);
  const [session, setSession] = useSession();
  const { language } = preferences;
  const theme = themeAt(preferences.theme, null, 0);
  useLayoutEffect(() => {
    applyPreferences(language, theme);
    document.title = `kona-till · ${HEAD.pages[language]}`;
  }, [language, theme]);
  const change = (part: Partial<Preferences>): void => {
    const next = { ...preferences, ...part };
    setPreferences(next);
    savePreferences(next);
  };
  const switches = (
    <>
      <button
        type="button"
        lang={language === 'ko' ? 'en' : 'ko'}
        onClick={() => change({ language: language === 'ko' ? 'en' : 'ko' })}
      >
        {STRIP.otherLanguage[language]}
      </button>
      <button type="button" onClick={() => change({ theme: theme === 'light' ? 'dark' : 'light' })}>
        {(theme === 'light' ? HEAD.dark : HEAD.light)[language]}
      </button>
    </>
  );
  if (session === null) return <main class="sign-in" />;
  if (session.state !== 'signedIn') {
    return (
      <>
        <header class="plain-head">
          <b>kona-till</b> <span>{say(HEAD.terminal, language, { terminal: session.terminalId })}</span>
          <span class="gap" />
          {switches}
        </header>
        <SignIn first={session.state === 'first'} language={language} signedIn={setSession} />
      </>
    );
  }
  return (
    <Desk
      session={session}
      preferences={preferences}
      switches={switches}
      signedOut={() => setSession(null)}
    />
  );
}

function Desk(props: {
  session: SessionAnswer;
  preferences: Preferences;
  switches: preact.ComponentChildren;
  signedOut: () => void;
}) {
  const { language } = props.preferences;
  const theme = themeAt(props.preferences.theme, null, 0);
  const live = useLive();
  const route = useRoute();
  const page: PageProps = { language, theme, live, route, signedOut: props.signedOut };
  const leave = (): void => {
    managerPost('sign-out').then(props.signedOut, props.signedOut);
  };
  useIdle(IDLE_MS, leave);
  useEndedSession(live.staleMs !== null, props.signedOut);
  return (
    <div class="desk">
      <nav aria-label={HEAD.pages[language]}>
        {NAV_PAGES.map((id) => (
          <a key={id} href={linkTo(id)} aria-current={isHere(route, id) ? 'page' : undefined}>
            <NavIcon id={id} />
            <span>
              {NAV[id][language]}
              {id === 'cases' && live.state !== null && live.state.cases > 0 ? (
                <b> {live.state.cases}</b>
              ) : null}
            </span>
          </a>
        ))}
        <button type="button" onClick={leave}>
          <NavIcon id="signOut" />
          <span>{NAV.signOut[language]}</span>
        </button>
      </nav>
      <div class="page">
        <PageHead session={props.session} live={live} language={language} switches={props.switches} />
        <main>{pageOf(page)}</main>
      </div>
    </div>
  );
}

/** The page reads figures by itself, so only a person's touch or key counts against the idle time. */
function useIdle(idleMs: number, leave: () => void): void {
  const latest = useRef(leave);
  latest.current = leave;
  useEffect(() => {
    let timer = setTimeout(() => latest.current(), idleMs);
    const touched = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => latest.current(), idleMs);
    };
    document.addEventListener('pointerdown', touched, true);
    document.addEventListener('keydown', touched, true);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('pointerdown', touched, true);
      document.removeEventListener('keydown', touched, true);
    };
  }, [idleMs]);
}

/** A stream that went quiet may mean that the session is over: ask once each time it does. */
function useEndedSession(quiet: boolean, signedOut: () => void): void {
  const latest = useRef(signedOut);
  latest.current = signedOut;
  useEffect(() => {
    if (!quiet) return;
    managerGet<SessionAnswer>('session', true).then(
      (session) => {
        if (session.state !== 'signedIn') latest.current();
      },
      () => undefined,
    );
  }, [quiet]);
}

function isHere(route: Route, id: PageId): boolean {
  return route.page === id || (id === 'payments' && route.page === 'payment');
}

function pageOf(page: PageProps) {
  switch (page.route.page) {
    case 'payments':
      return <Payments {...page} />;
    case 'payment':
      return <Payment {...page} key={page.route.id} />;
    case 'cases':
      return <Cases {...page} />;
    case 'day':
      return <Day {...page} />;
    case 'scanners':
      return <Scanners {...page} />;
    case 'sync':
      return <Sync {...page} />;
    case 'settings':
      return <Settings {...page} />;
    default:
      return <Today {...page} />;
  }
}

function PageHead(props: {
  session: SessionAnswer;
  live: Live;
  language: 'ko' | 'en';
  switches: preact.ComponentChildren;
}) {
  const { live, language } = props;
  const day: Words = HEAD.day;
  return (
    <header class="page-head">
      <span>{say(HEAD.terminal, language, { terminal: props.session.terminalId })}</span>
      <span>{say(day, language, { day: dashedDate(live.state?.businessDate ?? null) })}</span>
      {live.state === null ? null : (
        <span class="muted">{say(HEAD.asOf, language, { time: clockTimeSeconds(live.state.asOfMs) })}</span>
      )}
      <span class="gap" />
      <span>{props.session.name}</span>
      {props.switches}
      {live.staleMs === null ? null : (
        <p class="stale" role="status">
          ▲ {say(HEAD.stale, language, { seconds: Math.floor(live.staleMs / 1_000) })}
        </p>
      )}
    </header>
  );
}
