/** What must hold for a page on every screen: nothing cut, nothing beside the screen, nothing unreadable. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

/** Parts of the cashier page whose content must fit into them. */
const BOXES = '.strip,.strip button,.key,.chip,.last,.headline,.rail,.pin-shown,.close,.time,section.face';

/** Everything that does not fit, in words; an empty list is a good page. */
export function layoutFaults(page: Page, boxes = BOXES): Promise<string[]> {
  return page.evaluate((selector) => {
    const faults: string[] = [];
    const scroller = document.scrollingElement;
    if (scroller !== null && scroller.scrollWidth > window.innerWidth) {
      faults.push(`scrolls sideways: ${scroller.scrollWidth} of ${window.innerWidth}`);
    }
    for (const element of document.querySelectorAll(selector)) {
      const name = `${element.className} "${(element.textContent ?? '').slice(0, 40)}"`;
      if (element.scrollWidth > element.clientWidth + 1) faults.push(`too wide: ${name}`);
      if (element.scrollHeight > element.clientHeight + 1) faults.push(`too tall: ${name}`);
    }
    return faults;
  }, boxes);
}

/** On a kiosk the whole page is on the screen, and an instruction has at most two lines. */
export function kioskFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const height = document.scrollingElement?.scrollHeight ?? 0;
    if (height > window.innerHeight) faults.push(`scrolls down: ${height} of ${window.innerHeight}`);
    const instruction = document.querySelector('.instruction');
    if (instruction !== null) {
      const lines =
        instruction.getBoundingClientRect().height /
        Number.parseFloat(getComputedStyle(instruction).lineHeight);
      if (lines > 2.1) faults.push(`instruction of ${lines.toFixed(1)} lines`);
    }
    for (const element of document.querySelectorAll('.till *')) {
      const own = [...element.childNodes].some(
        (node) => node.nodeType === 3 && (node.textContent ?? '').trim() !== '',
      );
      if (own && Number.parseFloat(getComputedStyle(element).fontSize) < 16)
        faults.push(`text under 16 px: ${element.className}`);
    }
    for (const element of document.querySelectorAll('button')) {
      const { width, height: tall } = element.getBoundingClientRect();
      const strip = element.closest('.strip') !== null;
      if (width < 56 || tall < (strip ? 55 : 56))
        faults.push(`target ${width}x${tall}: ${element.textContent}`);
    }
    return faults;
  });
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** axe over WCAG 2.2 AA, of the whole page or of the parts that `parts` names; violations in words. */
export async function axeFaults(page: Page, parts: readonly string[] = ['html']): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  return page.evaluate(async (include) => {
    // A chip that is still fading in has the contrast of no state that a person reads.
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
    const { axe } = window as unknown as {
      axe: { run: (context: unknown, options: unknown) => Promise<AxeResult> };
    };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { violations } = await axe.run({ include }, { runOnly: { type: 'tag', values: tags } });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 120)} ${(node.failureSummary ?? '').slice(0, 160)}`),
    );
  }, parts);
}
