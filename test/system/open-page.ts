import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Path of a browser; undefined where there is none. */
export const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
if (BROWSER === undefined && process.env.CI)
  throw new Error('chromium is missing, and CI must not skip its tests');

/** Opens a page and says which charts it shows, and what went wrong. */
export async function opened(page: string, media: 'screen' | 'print') {
  const browser = await chromium.launch({ executablePath: BROWSER!, args: ['--no-sandbox'] });
  try {
    const tab = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const problems: string[] = [];
    tab.on('console', (message) => problems.push(message.text()));
    tab.on('pageerror', (error) => problems.push(error.message));
    tab.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) problems.push(`asks for ${request.url()}`);
    });
    await tab.emulateMedia({ media });
    await tab.goto(`file://${page}`);
    const charts = await tab.locator('figure[data-chart]').evaluateAll((figures) =>
      figures.map((figure) => {
        const svg = figure.querySelector('svg')!;
        const { width, height } = svg.getBoundingClientRect();
        const drawn = svg.querySelectorAll('path, image').length;
        return { name: figure.getAttribute('data-chart'), width, height, drawn };
      }),
    );
    const overflow = await tab.evaluate('document.documentElement.scrollWidth - innerWidth');
    return { problems, charts, overflow, shot: await tab.screenshot({ fullPage: true }) };
  } finally {
    await browser.close();
  }
}
