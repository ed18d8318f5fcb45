import { useCallback, useEffect, useState } from 'preact/hooks';
import type { CardsAnswer, MadeBarcode } from './api.ts';
import { BarcodePage } from './barcode-page.tsx';
import { CallFailure, issuer } from './client.ts';
import { Faults } from './faults.tsx';
import { type Choice, Form } from './form.tsx';
import { History } from './history.tsx';
import { firstLanguage, keepLanguage, LanguageContext, useWords } from './words.ts';

/** The customer's page: choose, make a barcode, hold it out, see what became of it. */
export function App() {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => keepLanguage(language), [language]);
  return (
    <LanguageContext.Provider value={language}>
      <Head onLanguage={() => setLanguage(language === 'ko' ? 'en' : 'ko')} />
      <Body />
    </LanguageContext.Provider>
  );
}

function Head({ onLanguage }: { readonly onLanguage: () => void }) {
  const { say } = useWords();
  return (
    <header>
      <strong class="demo">{say('demo')}</strong>
      <h1>{say('title')}</h1>
      <button type="button" onClick={onLanguage}>
        {say('language')}
      </button>
    </header>
  );
}

function Body() {
  const [answer, setAnswer] = useState<CardsAnswer | null>(null);
  const [failure, setFailure] = useState<CallFailure | null>(null);
  const [choice, setChoice] = useState<Choice>({ cardRef: '', type: 'CHARGE', amount: 0 });
  const [made, setMade] = useState<MadeBarcode | null>(null);
  const [balanceShown, setBalanceShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [turn, setTurn] = useState(0);

  const take = useCallback(async <T,>(call: Promise<T>, use: (value: T) => void): Promise<void> => {
    setBusy(true);
    try {
      use(await call);
      setFailure(null);
    } catch (error) {
      setFailure(error instanceof CallFailure ? error : new CallFailure(null));
    }
    setBusy(false);
  }, []);
  const useCards = useCallback((cards: CardsAnswer) => {
    setAnswer(cards);
    setChoice((before) =>
      cards.cards.some(({ cardRef }) => cardRef === before.cardRef)
        ? before
        : { ...before, cardRef: cards.cards[0]?.cardRef ?? '' },
    );
    setTurn((before) => before + 1);
  }, []);
  const load = useCallback(() => void take(issuer.cards(), useCards), [take, useCards]);
  useEffect(load, [load]);
  const make = () => void take(issuer.makeBarcode(choice), setMade);
  const close = () => {
    setMade(null);
    load();
  };

  if (made !== null) {
    return (
      <>
        <Failure failure={failure} onAgain={make} />
        <BarcodePage made={made} canHold={answer?.canHold === true} onAgain={make} onClose={close} />
      </>
    );
  }
  return (
    <main>
      <Failure failure={failure} onAgain={answer === null ? load : make} />
      {answer === null ? <Loading waiting={failure === null} /> : null}
      {answer !== null && answer.cards.length === 0 ? (
        <NoCards onMake={() => void take(issuer.makeSampleCards(), useCards)} />
      ) : null}
      {answer !== null && answer.cards.length > 0 ? (
        <>
          <Form
            answer={answer}
            choice={choice}
            balanceShown={balanceShown}
            busy={busy}
            onBalanceShown={setBalanceShown}
            onChoice={setChoice}
            onMake={make}
          />
          <History cardRef={choice.cardRef} turn={turn} />
        </>
      ) : null}
      {answer?.canFault === true ? <Faults /> : null}
    </main>
  );
}

function Failure(props: { readonly failure: CallFailure | null; readonly onAgain: () => void }) {
  const { say } = useWords();
  if (props.failure === null) return null;
  const { code } = props.failure;
  return (
    <div class="failure" role="alert">
      <p>{code === null ? say('unreachable') : say('refused', { code })}</p>
      <button type="button" onClick={props.onAgain}>
        {say('tryAgain')}
      </button>
    </div>
  );
}

function Loading({ waiting }: { readonly waiting: boolean }) {
  const { say } = useWords();
  return waiting ? <p class="hint">{say('loading')}</p> : null;
}

function NoCards({ onMake }: { readonly onMake: () => void }) {
  const { say } = useWords();
  return (
    <section class="empty">
      <p>{say('noCards')}</p>
      <button type="button" class="make" onClick={onMake}>
        {say('makeCards')}
      </button>
    </section>
  );
}
