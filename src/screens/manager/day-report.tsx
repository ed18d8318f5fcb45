/** Step 4: the signed report, to read, print and take along; made again it has the same bytes. */
import { useState } from 'preact/hooks';
import type { DayReportAnswer } from '../../web/api/day.ts';
import { Paper } from '../shared/paper.tsx';
import { REPORT } from '../text/day.ts';
import { say } from '../text/words.ts';
import { API, managerGet, useAction } from './calls.ts';
import type { StepProps } from './day.tsx';
import { dayFault } from './day-parts.tsx';

export function Report(props: StepProps) {
  const { day, language } = props;
  const [report, setReport] = useState<DayReportAnswer | null>(null);
  const [isAgain, setAgain] = useState(false);
  const action = useAction(language, props.signedOut);
  const make = async (at: number | null): Promise<void> => {
    const query = `date=${day.date}${at === null ? '' : `&at=${at}`}`;
    const answer = await action.run(() => managerGet<DayReportAnswer>(`day/report?${query}`));
    if (answer === null) return;
    setAgain(at !== null && report?.sha256 === answer.sha256);
    setReport(answer);
  };
  return (
    <>
      <div class="actions">
        <button type="button" onClick={() => void make(null)} disabled={action.busy}>
          {REPORT.make[language]}
        </button>
        {report === null ? null : (
          <>
            <button type="button" onClick={() => void make(report.at)} disabled={action.busy}>
              {REPORT.again[language]}
            </button>
            <button type="button" onClick={() => window.print()}>
              {REPORT.print[language]}
            </button>
            <a class="button" href={`${API}/day/report.txt?date=${day.date}&at=${report.at}`} download>
              {REPORT.text[language]}
            </a>
            <a class="button" href={`${API}/day/report.csv?date=${day.date}&at=${report.at}`} download>
              {REPORT.csv[language]}
            </a>
          </>
        )}
        <span class={report?.differs === true ? 'fault' : 'muted'} role="status">
          {report === null
            ? ''
            : say(wordsOf(report, isAgain), language, { sha: report.sha256.slice(0, 16) })}
        </span>
      </div>
      <p class="fault" role="alert">
        {dayFault(action.error, language)}
      </p>
      {report === null ? null : (
        <div class="report">
          <Paper lines={report.lines.map((text) => ({ text }))} />
        </div>
      )}
    </>
  );
}

function wordsOf(report: DayReportAnswer, isAgain: boolean) {
  if (report.differs) return REPORT.differs;
  return isAgain ? REPORT.same : REPORT.first;
}
