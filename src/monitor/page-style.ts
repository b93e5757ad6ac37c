/** Looks of a page with tables and charts, on a screen and in print. */
export const PAGE_STYLE = `
:root { color-scheme: light; }
body { margin: 2rem auto; padding: 0 1.5rem; max-width: 1000px; background: #fff; color: #24292f;
  font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
body.several { max-width: 1600px; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
p { margin: .15rem 0; color: #57606a; overflow-wrap: anywhere; }
.tables { display: flex; flex-wrap: wrap; gap: 0 3rem; align-items: flex-start; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .75rem 0; }
td, th { padding: .2rem .9rem .2rem 0; text-align: left; border-bottom: 1px solid #d9dee3; font-weight: normal; }
th { color: #57606a; }
.number { text-align: right; }
.pass { color: #187a3c; font-weight: 600; }
.fail { color: #c9252d; font-weight: 600; }
.row { display: flex; gap: 1rem; }
figure { margin: .5rem 0 0; flex: 1 1 0; min-width: 0; break-inside: avoid; }
figure svg { display: block; width: 100%; height: auto; }
footer { margin-top: 2rem; color: #57606a; font-size: .85rem; }
@page { margin: 14mm; }
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 9.5pt; }
  .tables { gap: 0 1.5rem; }
  td, th { padding: .1rem .6rem .1rem 0; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  h2, table { break-inside: avoid; }
}
`;
