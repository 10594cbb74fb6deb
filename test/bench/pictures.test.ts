/**
 * The page and the pictures of a report: everything that was measured is there, lies where the
 * numbers say, is well-formed, asks for nothing from elsewhere, and runs nothing that a peer says.
 */

import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { here } from './compile.ts';
import { fakeReport, hostileName, hostileReason } from './fakes/report.ts';
import { contentOf, elementsOf, type XmlElement } from './fakes/xml.ts';
import { picturesOf, ratioPicture, scalingsOf } from './pictures/figures.ts';
import { pageOf } from './pictures/page.ts';
import { standalone } from './pictures/picture.ts';
import { readReport } from './pictures/saved.ts';
import { duration, frequency } from './pictures/scale.ts';
import { measured, noiseWords, verdict } from './pictures/words.ts';
import { filesOf } from './pictures/write.ts';
import type { Report, Section } from './report.ts';
import { again } from '../../generator/measure/rounds.ts';

const run = promisify(execFile);
const report = fakeReport();
const page = pageOf(report);

/** The report of a run in which nothing came of anything. */
const barren: Report = {
  ...report,
  sections: report.sections.map((section) => ({
    ...section,
    noise: null,
    noisy: false,
    rows: section.rows.map((row) => ({
      ...row,
      spread: null,
      ratio: null,
      medians: {},
      trials: 0,
    })),
  })),
};

/** Page and files of a report. */
const everything = (of: Report): readonly string[] => [
  ...filesOf(of, { page: 'out.html', pictures: 'svg' }).values(),
];

/** A scenario of the fake report. */
function sectionNamed(name: string): Section {
  const section = report.sections.find(({ scenario }) => scenario === name);
  if (section === undefined) throw new Error(`no scenario ${name}`);
  return section;
}

/** The row of a server in a picture of bars. */
function rowOf(elements: readonly XmlElement[], server: string): XmlElement {
  const row = elements.find(({ name, children }) => name === 'g' && children[0]?.text === server);
  if (row === undefined) throw new Error(`no row of ${server}`);
  return row;
}

test('a page names every scenario, server, figure, reason and remark', (t) => {
  const text = contentOf(page).replaceAll('\uFFFD', '\u0007');
  const must = (words: string): boolean => t.true(text.includes(words), words);
  for (const { scenario, about, metric, rows } of report.sections) {
    must(scenario);
    must(about);
    for (const { server, spread, ratio, medians } of rows) {
      must(server);
      if (spread !== null) must(measured(metric, spread.median));
      if (ratio !== null) must(`[${ratio.low.toFixed(3)}, ${ratio.high.toFixed(3)}]`);
      if (medians.rate !== undefined) must(frequency(medians.rate));
      for (const figure of ['p50', 'p90', 'p99', 'p999', 'max', 'generatorP99'] as const) {
        const value = medians[figure];
        if (value !== undefined) must(duration(value));
      }
    }
  }
  must(hostileReason);
  must('epoll-block, round 3: the server ended (exit 9) under load');
  for (const remark of report.remarks) must(remark);
  const { machine } = report;
  for (const fact of [report.command, machine.processor, machine.kernel, machine.compiler]) {
    must(fact);
  }
  for (const fact of [machine.node, machine.date, 'Seed7', 'Rounds7', 'Cores2']) must(fact);
});

test('every picture has its kinds, a name, a description and its facts', (t) => {
  const names = picturesOf(report).map(({ name }) => name);
  t.is(new Set(names).size, names.length);
  const has = (name: string): boolean => names.includes(name);
  t.true(report.sections.every(({ scenario }) => has(`${scenario}-ratio`)));
  t.true(has('paced-100k-latency') && has('echo-512x16-1024-latency'));
  t.false(has('ingest-8-latency'), 'an ingest has no percentiles');
  t.true(has('ingest-8-calls'));
  t.false(has('round-trip-unix-calls'), 'calls were not counted there');
  t.is(names.filter((name) => name.startsWith('scaling-')).length, 4);
  for (const picture of picturesOf(report)) {
    const elements = elementsOf(standalone(picture, ['the command', 'the machine']));
    const [svg] = elements;
    t.is(svg?.name, 'svg');
    t.is(svg?.attributes.role, 'img');
    for (const id of svg?.attributes['aria-labelledby']?.split(' ') ?? ['none']) {
      t.true((elements.find((one) => one.attributes.id === id)?.text ?? '') !== '', id);
    }
    t.true(svg?.text.includes('the command') && svg.text.includes('the machine'));
  }
});

test('bars, whiskers and the noise floor lie where the numbers say', (t) => {
  for (const section of report.sections) {
    const elements = elementsOf(standalone(ratioPicture(section), []));
    // Two named ticks give the axis: the first is 0.
    const ticks = elements.filter(
      ({ name, attributes, text }) =>
        name === 'text' && attributes['text-anchor'] === 'middle' && /^[\d.]+$/.test(text),
    );
    const [zero, end] = [ticks[0], ticks.at(-1)].map((tick) => Number(tick?.attributes.x));
    const last = Number(ticks.at(-1)?.text);
    const at = (value: number): number => (zero ?? 0) + (((end ?? 0) - (zero ?? 0)) * value) / last;
    const close = (place: unknown, value: number, what: string): boolean =>
      t.true(Math.abs(Number(place) - at(value)) < 0.02, `${section.scenario}: ${what}`);
    for (const { server, ratio } of section.rows) {
      if (ratio === null) continue;
      const row = rowOf(elements, server.replace('\u0007', '\uFFFD'));
      const bar = row.children.find(({ name }) => name === 'rect')?.attributes ?? {};
      close(bar.x, 0, server);
      close(Number(bar.x) + Number(bar.width), ratio.median, server);
      const whisker = row.children.find(({ attributes }) => attributes.class === 'whisker');
      const [, from, to] = /^M([\d.]+) [\d.]+H([\d.]+)/.exec(whisker?.attributes.d ?? '') ?? [];
      close(from, ratio.low, server);
      close(to, ratio.high, server);
    }
    const band = elements.find(({ attributes }) => attributes.class === 'band')?.attributes ?? {};
    close(band.x, Math.min(1, section.noise?.low ?? 1), 'noise');
    close(Number(band.x) + Number(band.width), Math.max(1, section.noise?.high ?? 1), 'noise');
  }
});

test('scaling curves hold the rate at each number of connections', (t) => {
  const [scaling] = scalingsOf(report);
  const counts = [8, 64, 256, 512, 1024];
  t.deepEqual(scaling?.connections, counts);
  const values = (name: string) => scaling?.curves.find((curve) => curve.name === name)?.values;
  const rates = counts.map((count) => {
    const { rows } = sectionNamed(`echo-${count}x1-64`);
    return rows.find(({ server }) => server === 'tokio')?.medians.rate;
  });
  t.deepEqual(values('tokio'), rates);
  t.deepEqual(values('loom-direct-io_uring')?.slice(1), Array(4).fill(undefined));
  const alone = report.sections.filter(({ played }) => played?.connections !== 64);
  t.deepEqual(scalingsOf({ ...report, sections: alone })[0]?.connections, [8, 256, 512, 1024]);
  t.deepEqual(scalingsOf({ ...report, sections: alone.slice(0, 3) }), []);
});

test('words say what is noise and what is not', (t) => {
  const quiet = sectionNamed('round-trip-tcp');
  const of = (server: string, section: Section) => {
    const row = section.rows.find((one) => one.server === server);
    return row === undefined ? '' : verdict(row, section);
  };
  t.regex(noiseWords(quiet), /^Noise floor: loom-block-io_uring over itself is \d\.\d{3} \[/);
  t.regex(of('recv-spin', quiet), /^\d\d(\.\d)? % less time$/);
  t.regex(of('node-net', quiet), /^3\.\d+ times the time$/);
  t.is(of(quiet.baseline, quiet), 'the baseline');
  t.is(of(again(quiet.baseline), quiet), 'the baseline a second time');
  const wide = { ...quiet, noise: { median: 1, low: 0.8, high: 1.25 }, noisy: true };
  t.is(of('loom-block-epoll', wide), 'not to be told from the baseline');
  t.regex(noiseWords(wide), /was noisy: equal servers differ by up to 25 %/);
  t.regex(of('recv-spin', sectionNamed('ingest-256')), /times the rate$/);
  t.is(of('tokio', sectionNamed('ingest-8')), 'no figure');
  t.regex(page, /class="noisy"/);
  t.regex(contentOf(page), /\d+ trials, \d+ of them discarded; the reasons are below/);
});

test('pages and pictures are well-formed, with ids of their own, whatever is missing', (t) => {
  for (const text of [...everything(report), ...everything(barren)]) {
    const elements = elementsOf(text);
    const ids = elements.flatMap(({ attributes }) => attributes.id ?? []);
    t.is(new Set(ids).size, ids.length);
    t.notRegex(text, /NaN|Infinity|undefined|\[object/);
  }
  t.regex(contentOf(pageOf(barren)), /noise floor is not known/);
  t.notThrows(() => elementsOf(pageOf({ ...report, sections: [], remarks: [] })));
});

test('nothing is fetched and nothing runs, whatever a peer is called', (t) => {
  for (const text of everything(report)) {
    t.notRegex(text.replaceAll('xmlns="http://www.w3.org/2000/svg"', ''), /https?:/);
    t.notRegex(text, /@import|url\(|\uFFFE/);
    for (const { name, attributes } of elementsOf(text)) {
      t.false(['script', 'img', 'image', 'iframe', 'link', 'foreignObject', 'use'].includes(name));
      for (const [key, value] of Object.entries(attributes)) {
        t.notRegex(key, /^on|^src|^style$|xlink/);
        if (key === 'href') t.regex(value, /^#/);
      }
    }
  }
  t.true(page.includes('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;]]&gt;\uFFFD'));
  t.false(page.includes(hostileName) || page.includes(hostileReason));
  const evil = { ...sectionNamed('ingest-8'), scenario: '../../etc/<x>' };
  const files = filesOf({ ...report, sections: [evil] }, { pictures: 'svg' });
  t.true([...files.keys()].every((file) => /^svg\/[a-z0-9-]+\.svg$/.test(file)));
});

test('a saved run is rendered without measuring, and anything else is refused', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'loom-pictures-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const [saved, out] = [join(folder, 'results.json'), join(folder, 'deep/out.html')];
  const pictures = join(folder, 'svg');
  writeFileSync(saved, JSON.stringify(report));
  t.deepEqual(readReport(saved), report);
  const bench = (...parameters: string[]) =>
    run(process.execPath, ['--import=tsx', join(here, 'main.ts'), ...parameters], {
      cwd: join(here, '../..'),
    }).catch((error: unknown) => error as { code: number; stdout: string; stderr: string });
  const all = ['--from', saved, '--report', out, '--svg', pictures];
  const { stdout, stderr } = await bench(...all);
  t.regex(stdout, /round-trip-tcp: round trip of 64 B/);
  t.regex(stderr, /bench: wrote .*out\.html/);
  t.is(readFileSync(out, 'utf8'), page);
  t.is(readdirSync(pictures).length, picturesOf(report).length);
  const before = statSync(out).mtimeMs;
  t.deepEqual(JSON.parse((await bench(...all, '--json')).stdout), report);
  t.is(statSync(out).mtimeMs, before, 'what is already so is left alone');

  writeFileSync(saved, JSON.stringify({ ...report, seed: 'seven' }));
  const wrong = await bench('--from', saved);
  t.like(wrong, { code: 2, stdout: '' });
  t.regex(wrong.stderr, /results\.json is no result of .*: seed: .*"seven"/);
  const beside = await bench('--from', saved, '--quick');
  t.regex(beside.stderr, /--from measures nothing, so --quick means nothing beside it/);
  t.regex((await bench('--gate', '--svg', pictures)).stderr, /--svg needs a run/);
  const absent = await bench('--from', join(folder, 'absent.json'));
  t.regex(absent.stderr, /absent\.json is no result of .*ENOENT/);
  // Before anything is measured, not after it.
  const none = ['--only', 'none', '--peer', 'absent=/nonexistent/server'];
  const taken = await bench(...none, '--report', folder);
  t.like(taken, { code: 2, stdout: '' });
  t.regex(taken.stderr, /--report takes a file, and .* is a folder/);
  t.regex((await bench(...none, '--svg', out)).stderr, /nothing can be written to .*out\.html/);
});
