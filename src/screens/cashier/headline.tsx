/** H: one headline. It takes the largest of four sizes that fits its line; only the last may break, at the colon. */
import { useLayoutEffect, useRef } from 'preact/hooks';

const SIZES = ['h-0', 'h-1', 'h-2', 'h-3'] as const;

function chooseSize(heading: HTMLHeadingElement): void {
  for (const size of SIZES) {
    heading.className = `headline ${size}`;
    if (heading.scrollWidth <= heading.clientWidth) return;
  }
}

/** The size is chosen before the browser paints, so the headline never moves under the eye. */
export function Headline(props: { text: string }) {
  const element = useRef<HTMLHeadingElement>(null);
  const measured = useRef('');
  // Looked at after every drawing: what stands beside the headline takes width from it as much as its own text does.
  useLayoutEffect(() => {
    if (element.current === null) return;
    const key = `${element.current.clientWidth} ${props.text}`;
    if (key === measured.current) return;
    measured.current = key;
    chooseSize(element.current);
  });
  useLayoutEffect(() => {
    const again = (): void => {
      if (element.current !== null) chooseSize(element.current);
    };
    window.addEventListener('resize', again);
    document.fonts.ready.then(again, again);
    return () => window.removeEventListener('resize', again);
  }, []);
  const parts = props.text.split(/(?<=: )/);
  return (
    <h1 class="headline" ref={element}>
      {parts.map((part) => (
        <span class="part" key={part}>
          {part}
        </span>
      ))}
    </h1>
  );
}
