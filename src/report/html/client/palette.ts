/** Colours of the style sheet for what is drawn on a canvas, as they are at the moment (light, dark, print). */
export function colour(variable: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${variable})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const redraws: (() => void)[] = [];

/** Calls `redraw` whenever colours have changed. */
export function onRecolour(redraw: () => void): void {
  redraws.push(redraw);
}

export function recolour(): void {
  for (const redraw of redraws) redraw();
}

/** Follows the system, and prints as on paper whatever is on the screen. */
export function followTheme(): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolour);
  const { style } = document.documentElement;
  let before = '';
  const opened: HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    before = style.colorScheme;
    style.colorScheme = 'light';
    for (const details of document.querySelectorAll('details')) {
      if (details.open) continue;
      details.open = true;
      opened.push(details);
    }
    recolour();
  });
  addEventListener('afterprint', () => {
    style.colorScheme = before;
    for (const details of opened.splice(0)) details.open = false;
    recolour();
  });
}

/** Changes from light to dark or back. */
export function switchTheme(): void {
  const { style } = document.documentElement;
  const isDark =
    style.colorScheme === '' ? matchMedia('(prefers-color-scheme: dark)').matches : style.colorScheme === 'dark';
  style.colorScheme = isDark ? 'light' : 'dark';
  recolour();
}
