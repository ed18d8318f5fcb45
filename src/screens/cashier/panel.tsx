/**
 * What the rail opens in the place of an idle face: a list of open matters, a paper, the search, the cashier's number.
 * A new sentence of the agent always takes the place back.
 */
import type { Snapshot } from '../../station/snapshot.ts';
import { KEY_CAPS } from '../text/keys.ts';
import { RAIL } from '../text/rail.ts';
import { STRIP } from '../text/strip.ts';
import type { Language } from '../text/words.ts';
import { Find } from './find-panel.tsx';
import { Aside, Items } from './items.tsx';
import type { OpenPanel, PanelProps, RailList } from './panels.ts';
import { PaperPanel } from './paper-panel.tsx';
import { TextPad } from './text-pad.tsx';

function title(open: OpenPanel, language: Language): string {
  if (open.kind === 'list') return RAIL[open.list][language];
  if (open.kind === 'paper') return (open.slip ? RAIL.slip : RAIL.receipt)[language];
  return open.kind === 'find' ? RAIL.find[language] : STRIP.cashier[language];
}

export function Panel(props: PanelProps) {
  const { open, language } = props;
  return (
    <section class="face panel" data-look="page">
      <header>
        <h1>{title(open, language)}</h1>
        <button type="button" class="close" onClick={props.close} aria-keyshortcuts="F9">
          <span class="cap">{KEY_CAPS.CLOSE}</span>
          <span class="verb">{RAIL.close[language]}</span>
        </button>
      </header>
      {open.kind === 'list' ? <List {...props} list={open.list} /> : null}
      {open.kind === 'paper' ? <PaperPanel {...props} paper={open} /> : null}
      {open.kind === 'find' ? <Find {...props} /> : null}
      {open.kind === 'cashier' ? <CashierNumber {...props} /> : null}
    </section>
  );
}

function List(props: PanelProps & { list: RailList }) {
  const { list, snapshot, language } = props;
  const items = snapshot.rail[list];
  const aside = list === 'cases' ? snapshot.rail.aside : [];
  if (aside.length === 0) return <Items {...props} items={items} />;
  return (
    <>
      <Aside items={aside.map((item) => ({ ...item, known: item }))} language={language} />
      {items.length === 0 ? null : <Items {...props} items={items} />}
    </>
  );
}

function CashierNumber(props: PanelProps) {
  const { link, language, close } = props;
  const sign = (text: string): void => {
    link
      .ask<{ snapshot: Snapshot }>('cashier', { cashier: text === '' ? null : text })
      .then((answer) => {
        close();
        link.accept(answer.snapshot);
      })
      .catch(() => close());
  };
  return (
    <TextPad
      language={language}
      letters={false}
      lengthMin={0}
      lengthMax={12}
      enter={RAIL.cashierEnter[language]}
      send={sign}
    />
  );
}
