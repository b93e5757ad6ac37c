import { escaped } from './html-text.ts';

/** How a self-contained page begins, up to its body; `title` is text. */
export const pageStart = (title: string, style: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>`;
