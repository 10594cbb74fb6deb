/**
 * Colours and type, for light, dark and paper. Series differ by dash and marker too, bars by being
 * filled, pale or hollow: nothing is said by colour alone.
 */

const light = [
  '--paper:#fff;--ink:#1b1f24;--soft:#57606a;--grid:#d8dee4;--faint:#c4ccd4;--band:#f3d9a4',
  '--edge:#8a5a00;--ours:#0a5fb4;--theirs:#c9d6e4;--c0:#0a5fb4;--c1:#b3400c;--c2:#00725a',
  '--c3:#86398c;--c4:#7a5800;--c5:#3f464f',
].join(';');

const dark = [
  '--paper:#14171b;--ink:#e8ebee;--soft:#a7b0ba;--grid:#333a42;--faint:#454d56;--band:#57441b',
  '--edge:#e3b75a;--ours:#5fa8f0;--theirs:#3a4756;--c0:#6cb4ff;--c1:#ff9a66;--c2:#4fd0a5',
  '--c3:#e0a1e6;--c4:#e3bd4f;--c5:#c3c9d1',
].join(';');

/** Series that can be told apart in one panel. */
export const seriesColours = 6;

const dashes = ['none', '7 3', '2 3', '9 3 2 3', '14 4', '4 2'];

const series = dashes.map(
  (dash, n) =>
    `.s${n}{stroke:var(--c${n});stroke-dasharray:${dash}}` +
    `.m${n}{fill:var(--c${n});stroke:var(--c${n})}`,
);

/** Of pictures, alone or in a page. */
export const pictureStyle = [
  `:root{color-scheme:light dark;${light}}`,
  `@media screen and (prefers-color-scheme:dark){:root{${dark}}}`,
  'svg{font:11px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}',
  'svg text{fill:var(--ink);font-variant-numeric:tabular-nums}',
  'svg text.soft{fill:var(--soft)}svg text.head{font-weight:600;font-size:13px}',
  'svg text.edge{fill:var(--edge)}',
  '.paper{fill:var(--paper)}.grid{stroke:var(--grid)}.axis{stroke:var(--soft)}',
  '.ours{fill:var(--ours);stroke:var(--ours)}.theirs{fill:var(--theirs);stroke:var(--soft)}',
  '.base{fill:none;stroke:var(--ink);stroke-dasharray:4 2}',
  '.whisker{stroke:var(--ink);stroke-width:1.5;fill:none}',
  '.halo{stroke:var(--paper);stroke-width:4.5;fill:none}',
  '.band{fill:var(--band);fill-opacity:.6}.edge-line{stroke:var(--edge);stroke-dasharray:3 2}',
  '.one{stroke:var(--ink)}',
  '.line{fill:none;stroke-width:2}.other{fill:none;stroke:var(--faint)}.lead{stroke-width:1}',
  ...series,
].join('\n');

/** Of a page, on top of its pictures'. */
export const pageStyle = [
  'body{margin:0 auto;padding:1.5rem;max-width:60rem;background:var(--paper);color:var(--ink);' +
    'font:16px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}',
  'h1{font-size:1.7rem;margin:0 0 .5rem}h2{font-size:1.3rem;margin:0 0 .25rem}',
  'h3{font-size:1rem;margin:1.5rem 0 .25rem}p{margin:.4rem 0}',
  'section{border-top:1px solid var(--grid);margin-top:2rem;padding-top:1.25rem}',
  'a{color:var(--ours)}code{font-size:.9em;overflow-wrap:anywhere}',
  'dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:1rem 0}',
  'dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}',
  'nav ul{columns:2;margin:.25rem 0;padding-left:1.2rem}',
  'figure{margin:.75rem 0}figure svg{width:100%;height:auto}',
  'figcaption,p.soft{color:var(--soft);font-size:.88rem}',
  '.noisy{border-left:.3rem solid var(--edge);padding-left:.6rem;font-weight:600}',
  '.wide{overflow-x:auto}',
  'table{border-collapse:collapse;font-size:.8rem;font-variant-numeric:tabular-nums}',
  'caption{text-align:left;color:var(--soft);padding:.3rem 0}',
  'th,td{padding:.15rem .5rem;text-align:right;border-bottom:1px solid var(--grid);' +
    'white-space:nowrap}',
  'th:first-child,.words{text-align:left}thead th{vertical-align:bottom}',
  'tbody th{font-weight:400}',
  'ul.reasons{font-size:.85rem;overflow-wrap:anywhere}',
  '@media (max-width:40rem){body{padding:.75rem}nav ul{columns:1}' +
    'dl{grid-template-columns:1fr}dt{margin-top:.4rem}figure{overflow-x:auto}' +
    'figure svg{min-width:40rem}}',
  '@media print{body{max-width:none;padding:0;font-size:10pt}nav{display:none}' +
    'section{break-before:page;border:0}h2,h3,caption{break-after:avoid}' +
    'figure,tr{break-inside:avoid}.wide{overflow:visible}table{font-size:6.5pt}' +
    'th,td{padding:.1rem .25rem}' +
    'svg,th,td{print-color-adjust:exact;-webkit-print-color-adjust:exact}}',
].join('\n');
