/** Datagram fds from the config to the emitted files. */
import test from 'ava';
import { check } from '../../generator/check.ts';
import { checkIr } from '../../generator/check_ir.ts';
import { lower } from '../../generator/lower.ts';
import { render } from '../../generator/render.ts';
import { defineLoom, udp, unixDatagram } from '../../generator/define.ts';
import { limits } from '../../schemas/limits.ts';

const config = defineLoom({
  name: 'feed',
  reactors: { md: {} },
  fds: {
    itch: udp({
      on: 'md',
      handler: 'Itch',
      bind: '0.0.0.0:26400',
      groups: [
        { address: '239.1.2.3', interface: 'eth0' },
        { address: '232.1.2.3', source: '10.0.0.9' },
      ],
      timestamps: 'software',
      receive: { bytes: 1500, count: 1024 },
      multicast: { interface: 'eth0', hops: 0, loopback: false },
    }),
    log: unixDatagram('@', { on: 'md', handler: 'Log', connect: '/dev/log' }),
    query: udp({ on: 'md', handler: 'Log', connect: '[::1]:9000', sockets: 4 }),
  },
  handlers: './feed.hpp',
});

function lowered(value: unknown) {
  const { config: checked, diagnostics } = check(value);
  if (checked === undefined) throw new Error(JSON.stringify(diagnostics));
  return lower(checked, { outToConfig: '..' });
}

test('a datagram fd has a slot for each socket, a buffer group, and operations of its own', (t) => {
  const [reactor] = lowered(config).reactors;
  const [itch, log, query] = reactor?.fds ?? [];
  t.like(itch, {
    kind: 'udp',
    address: '0.0.0.0:26400',
    peer: '',
    firstSlot: 0,
    sockets: 1,
    receive: { group: 0, bytes: 1500, count: 1024 },
    send: { bytes: 2048, count: 64 },
    timestamps: 1,
    drops: 1,
    operations: { receive: 8, send: 9, close: 10, cancel: 11, deadline: 12 },
  });
  t.like(log, { kind: 'unixDatagram', address: '@', peer: '/dev/log', firstSlot: 1, drops: 0 });
  t.like(query, { kind: 'udp', address: '', peer: '[::1]:9000', firstSlot: 2, sockets: 4 });
  t.is(reactor?.slots, 6);
});

test('the emitted files say what the config says', (t) => {
  const files = render(lowered(config));
  const all = [...files].filter(([path]) => !path.startsWith('runtime/')).join('\n');
  for (const text of [
    '{.address = "239.1.2.3", .interface = "eth0"},',
    '{.address = "232.1.2.3", .source = "10.0.0.9"},',
    '.options = {.multicast_loop = false, .multicast_hops = 0, .multicast_interface = "eth0"},',
    'static constexpr loom::DatagramShape shape{',
    'case md_operations::itch_receive: return this->received_datagram(datagrams_.itch, ',
    'loom::DatagramFamily<fd::Itch> itch;',
    'if (loom::StartError error = this->start_streams(run)) return error;',
    'this->begin_datagrams();',
    'using Socket = loom::DatagramSocket<fd::Itch>;',
    'Itch needs `void on_datagram(auto& socket, const loom::Datagram& datagram)`',
    'static constexpr std::uint32_t own_handles = 6;',
    'static constexpr std::uint32_t maximum_buffers = 1024;',
    'fds.itch datagrams to be sent',
    'readonly itch: NativeServer;',
    "| 'query'",
  ]) {
    t.true(all.includes(text), text);
  }
});

test('direct sockets count among those of the reactor, and are in the emitted shapes', (t) => {
  const receive = { strategy: 'direct' } as const;
  const { query, log } = config.fds;
  const fds = { query: { ...query, receive }, log: { ...log, receive } };
  const ir = lowered({ ...config, fds });
  const { reactors } = ir;
  t.deepEqual(
    reactors.flatMap((reactor) => reactor.fds.map((fd) => 'receive' in fd && fd.receive.strategy)),
    ['direct', 'direct'],
  );
  t.deepEqual(checkIr(ir).diagnostics, []);
  const emitted = (of: typeof ir): string =>
    [...render(of)].filter(([path]) => !path.startsWith('runtime/')).join('\n');
  const all = emitted(ir);
  t.true(all.includes('static constexpr std::uint32_t direct_sockets = 5;'));
  t.true(all.includes('.strategy = loom::ReceiveStrategy::direct,'));
  t.false(emitted(lowered(config)).includes('direct_sockets'));
});

test('more direct sockets than a reactor may have are refused', (t) => {
  const sockets = 64;
  const many = { ...config.fds.query, sockets, receive: { strategy: 'direct' } };
  const count = Math.floor(limits.directSockets / sockets) + 1;
  const fds = Object.fromEntries(Array.from({ length: count }, (_, n) => [`query${n}`, many]));
  const { diagnostics } = check({ ...config, fds });
  t.deepEqual(
    diagnostics.map(({ code }) => code),
    ['LOOM1601'],
  );
});

test('a program without datagram fds has nothing of them', (t) => {
  const { itch: _itch, log: _log, query: _query, ...none } = config.fds;
  const clock = { kind: 'timer', on: 'md', every: '1s', handler: 'Itch' };
  const files = render(lowered({ ...config, fds: { ...none, clock } }));
  for (const [path, text] of files) {
    if (/^(?:runtime|bindings\/loom)\//.test(path) || path.endsWith('manifest.json')) continue;
    t.notRegex(text, /datagram/i, path);
  }
});

test('the representation is a legal input, and what does not follow from it is refused', (t) => {
  const ir = lowered(config);
  t.deepEqual(checkIr(ir).diagnostics, []);
  const wrong = structuredClone(ir);
  const fd = wrong.reactors[0]?.fds[0];
  if (fd?.kind !== 'udp') throw new Error('itch is a udp fd');
  fd.options.multicastInterface = '"};';
  t.true(checkIr(wrong).diagnostics.length > 0);
  fd.options.multicastInterface = 'eth0';
  fd.firstSlot = 3;
  t.deepEqual(
    checkIr(wrong).diagnostics.map(({ code }) => code),
    ['LOOM1104'],
  );
});
