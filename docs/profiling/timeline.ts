/**
 * Draws a part of a capture: what `tracy-csvexport -u` printed becomes an SVG with a line for each
 * thread and a bar for each zone, nested as they were. It shows what was measured and nothing else;
 * names that do not fit their bar are cut to their last part, or left out.
 *
 *     npm run -s timeline -- zones.csv from_ns length_ns [thread=name …] > picture.svg
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** One zone. */
interface Zone {
  name: string;
  file: string;
  thread: string;
  /** Nanoseconds since the start of the capture. */
  start: number;
  end: number;
  /** Zones around it. */
  depth: number;
}

/** What is drawn. */
export interface Window {
  /** Nanoseconds since the start of the capture. */
  start: number;
  length: number;
  /** What threads are called, by their numbers in the capture. */
  names: ReadonlyMap<string, string>;
}

const width = 1200;
const bar = 18;
const margin = 8;
/** Columns of a character of the labels, at their size. */
const characterWidth = 5.7;

/** Colours of bars: the loop, the runtime's other zones, C++ and TypeScript. */
const colours = { loop: '#d8dee9', runtime: '#ebcb8b', cxx: '#88c0d0', typescript: '#a3be8c' };

/** The zones of a CSV with a line of names first; of names with commas the last fields count. */
export function parseZones(csv: string): Zone[] {
  const zones = csv
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line): Zone => {
      const fields = line.split(',');
      const [file = '', , start, length, thread = ''] = fields.slice(-6);
      const name = fields.slice(0, -6).join(',');
      return {
        ...{ name, file, thread, depth: 0 },
        start: Number(start),
        end: Number(start) + Number(length),
      };
    })
    .sort((one, other) => one.start - other.start || other.end - one.end);
  const open = new Map<string, Zone[]>();
  for (const zone of zones) {
    const around = (open.get(zone.thread) ?? []).filter(({ end }) => end > zone.start);
    zone.depth = around.length;
    open.set(zone.thread, [...around, zone]);
  }
  return zones;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function colourOf({ name, file }: Zone): string {
  if (name === 'turn' || name === 'wait') return colours.loop;
  if (/\.[cm]?[jt]s$/.test(file) && !name.startsWith('fds.')) return colours.typescript;
  return /loom\/|loom\.config\.ts$/.test(file) ? colours.runtime : colours.cxx;
}

function drawZone(zone: Zone, top: number, { start, length }: Window): string {
  const scale = width / length;
  const left = Math.max(0, (zone.start - start) * scale);
  const right = Math.min(width, (zone.end - start) * scale);
  const size = Math.max(0.5, right - left);
  const y = top + zone.depth * bar;
  const title = `<title>${escaped(zone.name)}: ${zone.end - zone.start} ns</title>`;
  const place = `x="${left.toFixed(1)}" y="${y}" width="${size.toFixed(1)}" height="${bar - 1}"`;
  const box = `<rect ${place} fill="${colourOf(zone)}">${title}</rect>`;
  const label = [zone.name, zone.name.split('::').at(-1) ?? ''].find(
    (name) => name.length * characterWidth + 6 <= size,
  );
  if (label === undefined) return box;
  return `${box}<text x="${(left + 3).toFixed(1)}" y="${y + 12}">${escaped(label)}</text>`;
}

/** Draws what is in the window. */
export function drawTimeline(zones: readonly Zone[], window: Window): string {
  const { start, length, names } = window;
  const shown = zones.filter((zone) => zone.end > start && zone.start < start + length);
  const parts: string[] = [];
  let top = margin;
  for (const thread of [...names.keys()]) {
    const own = shown.filter((zone) => zone.thread === thread);
    parts.push(
      `<text class="thread" x="0" y="${top + 12}">${escaped(names.get(thread) ?? '')}</text>`,
    );
    top += bar;
    parts.push(...own.map((zone) => drawZone(zone, top, window)));
    top += (Math.max(0, ...own.map(({ depth }) => depth)) + 1) * bar + margin;
  }
  const label = `${(length / 1000).toFixed(0)} µs`;
  parts.push(`<path d="M0.5 ${top}v6h${width - 1}v-6" fill="none" stroke="#4c566a"/>`);
  parts.push(`<text x="${width / 2}" y="${top + 20}" text-anchor="middle">${label}</text>`);
  const height = top + 28;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}">`,
    '<style>text{font:10px sans-serif;fill:#2e3440}.thread{font-weight:bold}</style>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [file = '', start, length, ...threads] = process.argv.slice(2);
  const names = new Map(threads.map((each) => each.split('=') as [string, string]));
  const window = { start: Number(start), length: Number(length), names };
  process.stdout.write(drawTimeline(parseZones(readFileSync(file, 'utf8')), window));
}
