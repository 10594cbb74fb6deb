/** The drawing of a capture: lines for threads, bars nested as zones were, nothing invented. */
import test from 'ava';
import { drawTimeline, parseZones } from '../../docs/profiling/timeline.ts';

const csv = `name,src_file,src_line,ns_since_start,exec_time_ns,thread,value
turn,loom/reactor.hpp,1,1000,500,2,
Map<int, int>::find,book.hpp,7,1100,100,2,
Map<int, int>::find,book.hpp,7,1300,100,2,
late,book.hpp,9,5000,100,2,
onBatch,run.ts,3,1400,50,1,
`;

test('zones are read with the commas of their names, and nested by their times', (t) => {
  const zones = parseZones(csv);
  t.deepEqual(
    zones.map(({ name, depth, thread, end }) => [name, depth, thread, end]),
    [
      ['turn', 0, '2', 1500],
      ['Map<int, int>::find', 1, '2', 1200],
      ['Map<int, int>::find', 1, '2', 1400],
      ['onBatch', 0, '1', 1450],
      ['late', 0, '2', 5100],
    ],
  );
});

test('what is in the window is drawn, in the order of the threads that are named', (t) => {
  const names = new Map([
    ['2', 'md'],
    ['1', 'JavaScript'],
  ]);
  const svg = drawTimeline(parseZones(csv), { start: 1000, length: 500, names });
  t.is(svg.split('<title>').length - 1, 4);
  t.true(svg.indexOf('>md<') < svg.indexOf('>JavaScript<'));
  t.true(svg.includes('Map&lt;int, int&gt;::find: 100 ns'));
  t.false(svg.includes('late'));
  // A fifth of the window is a fifth of the width.
  t.is(svg.split('width="240.0"').length - 1, 2);
});
