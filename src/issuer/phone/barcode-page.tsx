import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { BARCODE_POLL_MS, type BarcodeView, type HoldAnswer, type MadeBarcode } from './api.ts';
import { issuer } from './client.ts';
import { minutesSeconds, won, wonWithAid } from './format.ts';
import { drawOn, pngOf } from './picture.ts';
import { fill, reasonText, STATE_TEXTS, type TextId, TYPE_TEXTS } from './texts.ts';
import { useWords } from './words.ts';

export interface BarcodePageProps {
  readonly made: MadeBarcode;
  readonly canHold: boolean;
  readonly onAgain: () => void;
  readonly onClose: () => void;
}

/** The barcode with its time, and what became of it, by itself. */
export function BarcodePage(props: BarcodePageProps) {
  const { made } = props;
  const leftMs = useCountdown(made);
  const view = useOutcome(made);
  const canvas = useRef<HTMLCanvasElement>(null);
  const state = view?.state ?? 'waiting';
  const drawn = state === 'waiting' || state === 'expired';
  const live = state === 'waiting' && leftMs > 0;
  useWakeLock(live);
  return (
    <main class="barcode-page">
      <div class="barcode-side">
        {drawn ? <Picture made={made} canvas={canvas} over={!live} /> : <Mark state={state} />}
      </div>
      <div class="barcode-words">
        <Facts made={made} leftMs={leftMs} live={live} />
        <Outcome made={made} view={view} />
        {live && props.canHold ? <Hold canvas={canvas} /> : null}
        {live ? null : (
          <button type="button" class="make" onClick={props.onAgain}>
            <Say id="again" />
          </button>
        )}
        <button type="button" onClick={props.onClose}>
          <Say id="close" />
        </button>
        {live ? <Copy spec={made.spec} /> : null}
      </div>
    </main>
  );
}

function Say({ id }: { readonly id: TextId }) {
  return <>{useWords().say(id)}</>;
}

/** Milliseconds that the barcode still lives, counted from the answer on this page's own clock. */
function useCountdown(made: MadeBarcode): number {
  const [leftMs, setLeftMs] = useState(made.leftMs);
  useEffect(() => {
    const startMs = performance.now();
    const update = () => setLeftMs(Math.max(0, made.leftMs - (performance.now() - startMs)));
    update();
    const timer = setInterval(update, 250);
    return () => clearInterval(timer);
  }, [made]);
  return leftMs;
}

/** The issuer's word on the barcode, asked once a second while it can still change. */
function useOutcome(made: MadeBarcode): BarcodeView | null {
  const [view, setView] = useState<BarcodeView | null>(null);
  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      let final = false;
      try {
        const answer = await issuer.barcode(made.barcodeRef);
        if (over) return;
        setView(answer);
        // An approval can still be undone by a net cancel or a void: those are worth waiting for, too.
        final = answer.state === 'expired' || answer.state === 'declined' || isUndone(answer);
      } catch {
        // Not reached just now; the next turn asks again.
      }
      if (!over && !final) timer = setTimeout(() => void ask(), BARCODE_POLL_MS);
    };
    void ask();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [made]);
  return view;
}

function isUndone({ state }: BarcodeView): boolean {
  return state === 'reversed' || state === 'voided';
}

/** Keeps the screen awake where the browser can; a phone that goes dark shows no barcode. */
function useWakeLock(wanted: boolean): void {
  useEffect(() => {
    if (!wanted || !('wakeLock' in navigator)) return;
    let lock: WakeLockSentinel | null = null;
    let over = false;
    const take = async (): Promise<void> => {
      try {
        const taken = await navigator.wakeLock.request('screen');
        if (over) await taken.release();
        else lock = taken;
      } catch {
        // Refused (battery saver): the page says "turn brightness up" all the same.
      }
    };
    const retake = () => {
      if (document.visibilityState === 'visible') void take();
    };
    void take();
    document.addEventListener('visibilitychange', retake);
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', retake);
      void lock?.release();
    };
  }, [wanted]);
}

function Picture(props: {
  readonly made: MadeBarcode;
  readonly canvas: { current: HTMLCanvasElement | null };
  readonly over: boolean;
}) {
  const { say } = useWords();
  const { made, canvas } = props;
  const room = useRef<HTMLDivElement>(null);
  const [narrow, setNarrow] = useState(false);
  const draw = useCallback(() => {
    if (canvas.current === null || room.current === null) return;
    const { clientWidth, clientHeight } = room.current;
    setNarrow(drawOn(canvas.current, made.spec, clientHeight, clientWidth, devicePixelRatio).narrow);
  }, [made, canvas]);
  useLayoutEffect(() => {
    draw();
    addEventListener('resize', draw);
    return () => removeEventListener('resize', draw);
  }, [draw]);
  return (
    <>
      <div class="barcode-room" ref={room}>
        <canvas ref={canvas} role="img" aria-label={say('barcodePicture')} data-testid="barcode" />
        {props.over ? <div class="hatch" data-testid="hatch" /> : null}
      </div>
      {narrow ? <p class="narrow">{say('narrow')}</p> : null}
    </>
  );
}

const MARKS: Readonly<Record<BarcodeView['state'], string>> = {
  waiting: '',
  expired: '',
  approved: '✓',
  declined: '✕',
  reversed: '↩',
  voided: '↩',
  deferred: '◷',
};

function Mark({ state }: { readonly state: BarcodeView['state'] }) {
  return (
    <div class={`mark ${state}`} aria-hidden="true">
      {MARKS[state]}
    </div>
  );
}

function Facts(props: { readonly made: MadeBarcode; readonly leftMs: number; readonly live: boolean }) {
  const { say, language } = useWords();
  const { made, leftMs, live } = props;
  return (
    <>
      <p class="facts">
        <strong>{TYPE_TEXTS[made.type][language]}</strong>
        <strong class="facts-amount">{wonWithAid(made.amount, language)}</strong>
        <span>{say('cardEnd', { last4: made.last4 })}</span>
      </p>
      {live ? (
        <p class="left">
          <span data-testid="left">{say('left', { time: minutesSeconds(leftMs) })}</span>
          <span class="bright">☀ {say('bright')}</span>
        </p>
      ) : null}
    </>
  );
}

function Outcome(props: { readonly made: MadeBarcode; readonly view: BarcodeView | null }) {
  const { say, language } = useWords();
  const { made, view } = props;
  const state = view?.state ?? 'waiting';
  const text = fill(STATE_TEXTS[state][made.type][language], {
    won: won(made.amount, language),
    reason: reasonText(view?.declineCode ?? null, language),
  });
  const balance = view !== null && view.balance !== null && state !== 'waiting' ? view.balance : null;
  return (
    <div class={`outcome ${state}`} role="status" data-testid="outcome" data-state={state}>
      <p>{text}</p>
      {balance === null ? null : <p>{say('balanceAfter', { won: won(balance, language) })}</p>}
    </div>
  );
}

const HOLD_TEXTS: Readonly<Record<HoldAnswer['result'], TextId>> = {
  read: 'holdRead',
  unreadable: 'holdUnreadable',
  noTill: 'holdNoTill',
};

/** Demo: shows the picture to the software scanner, as a hand would hold the phone under a real one. */
function Hold({ canvas }: { readonly canvas: { current: HTMLCanvasElement | null } }) {
  const { say } = useWords();
  const [said, setSaid] = useState<TextId | null>(null);
  const [busy, setBusy] = useState(false);
  const hold = async (): Promise<void> => {
    if (canvas.current === null) return;
    setBusy(true);
    setSaid(null);
    try {
      const png = await pngOf(canvas.current);
      setSaid(png === null ? 'holdUnreadable' : HOLD_TEXTS[(await issuer.hold(png)).result]);
    } catch {
      setSaid('holdUnreadable');
    }
    setBusy(false);
  };
  return (
    <div class="hold">
      <button type="button" disabled={busy} onClick={() => void hold()} data-testid="hold">
        {say('hold')}
      </button>
      <span role="status" data-testid="held">
        {said === null ? '' : say(said)}
      </span>
    </div>
  );
}

function Copy({ spec }: { readonly spec: string }) {
  const { say } = useWords();
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(spec);
      setCopied(true);
    } catch {
      setCopied(false);
    }
  };
  return (
    <details class="developers">
      <summary>{say('developers')}</summary>
      <button type="button" onClick={() => void copy()}>
        {say(copied ? 'copied' : 'copy')}
      </button>
    </details>
  );
}
