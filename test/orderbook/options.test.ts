/** The command lines of the demo and of the exchange. */
import test from 'ava';
import {
  exchangeParameters,
  helpText,
  parseDemoOptions,
  parseExchangeOptions,
  UsageError,
} from '../../examples/orderbook/options.ts';

test('without options the demo is the usual synthetic session', (t) => {
  t.deepEqual(parseDemoOptions([]), {
    session: {
      recording: undefined,
      messages: undefined,
      seconds: undefined,
      snapshots: 1,
      seed: 1,
      drop: 0,
    },
    speed: undefined,
    holdSnapshot: false,
    backend: undefined,
    core: undefined,
    json: false,
    help: false,
  });
});

test('every option is read', (t) => {
  const line =
    '--recording r.gz --speed max --messages 10 --seconds 2.5 --snapshots 4 --seed 7 --drop 2 ' +
    '--hold-snapshot --backend epoll --cores 1 --json --help';
  t.deepEqual(parseDemoOptions(line.split(' ')), {
    session: { recording: 'r.gz', messages: 10, seconds: 2.5, snapshots: 4, seed: 7, drop: 2 },
    speed: Number.POSITIVE_INFINITY,
    holdSnapshot: true,
    backend: 'epoll',
    core: 1,
    json: true,
    help: true,
  });
});

test('wrong values are refused with a sentence that names the option', (t) => {
  for (const [parameters, sentence] of [
    ['--speed 0', "--speed is a number above 0 or 'max', not '0'"],
    ['--speed fast', "--speed is a number above 0 or 'max', not 'fast'"],
    ['--messages 1.5', "--messages is an integer from 1 to 5000000, not '1.5'"],
    ['--messages 0', "--messages is an integer from 1 to 5000000, not '0'"],
    ['--seconds -1', /--seconds/],
    ['--seconds 0', "--seconds is a number from 0 to 86400, not '0'"],
    ['--snapshots 5', "--snapshots is an integer from 1 to 4, not '5'"],
    ['--backend kqueue', "--backend is io_uring or epoll, not 'kqueue'"],
    ['--cores two', "--cores is an integer from 0 to 1023, not 'two'"],
    ['--speeed 1', /--speeed/],
    ['recording.gz', /recording\.gz/],
  ] as const) {
    const error = t.throws(() => parseDemoOptions(parameters.split(' ')), {
      instanceOf: UsageError,
    });
    if (typeof sentence === 'string') t.is(error.message, sentence);
    else t.regex(error.message, sentence);
  }
});

test('the exchange reads back the command line that is made for it', (t) => {
  for (const parameters of [
    [],
    ['--recording=-odd name.gz', '--speed=2.5', '--messages=100', '--seconds=7', '--drop=3'],
    ['--speed=max', '--snapshots=4', '--seed=9', '--hold-snapshot'],
  ]) {
    const options = parseExchangeOptions(parameters);
    t.deepEqual(parseExchangeOptions(exchangeParameters(options)), options);
  }
});

test('the help names every option', (t) => {
  for (const option of ['recording', 'speed', 'messages', 'seconds', 'backend', 'cores', 'json']) {
    t.regex(helpText, new RegExp(`--${option}\\b`));
  }
});
