/** The business day as far as the terminal's pages know it: the open day, its figures, and the check of the ledger. */
import type { TodayAnswer } from '../../web/api.ts';
import { dashedDate, digits, won } from '../text/format.ts';
import { DAY, NAV, TODAY } from '../text/manager.ts';
import { say } from '../text/words.ts';
import { useLoad } from './calls.ts';
import type { PageProps } from './context.ts';
import { LoadState } from './parts.tsx';
import { Verify } from './verify.tsx';

export function Day(props: PageProps) {
  const { language, live } = props;
  const loaded = useLoad<TodayAnswer>('today', live.version, props.signedOut);
  const today = loaded.data;
  return (
    <>
      <div class="title">
        <h1>{NAV.day[language]}</h1>
        <span class="gap" />
        <Verify {...props} />
      </div>
      <LoadState of={loaded} what={NAV.day[language]} language={language} />
      {today === null || live.state?.businessDate === null ? (
        <p class="empty">{DAY.none[language]}</p>
      ) : (
        <>
          <h2>
            {DAY.open[language]} {dashedDate(today.businessDate)}
          </h2>
          <dl class="facts">
            {(
              ['chargesApproved', 'refundsApproved', 'reversedOrVoided', 'payoutDue', 'returnDue'] as const
            ).map((name) => (
              <div key={name}>
                <dt>{TODAY[name][language]}</dt>
                <dd>
                  {won(today[name].sum, language)} ·{' '}
                  {say(TODAY.count, language, { count: digits(today[name].count) })}
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <p class="muted">{DAY.closing[language]}</p>
    </>
  );
}
