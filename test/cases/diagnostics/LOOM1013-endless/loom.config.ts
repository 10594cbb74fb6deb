let fds: unknown = {};
for (let depth = 0; depth < 100; depth += 1) fds = { fds };

export default { name: 'echo', fds };
