/**
 * Where an addon lies that somebody compiled for a machine like this one: in a folder of prebuilds/
 * whose name is the platform's, such as linux-x64 or, with musl for a C library, linux-x64-musl.
 */

/** What is read of diagnostic reports here. */
interface Reports {
  /** Leaves names of network interfaces out, which take as long as DNS does; Node 20.13. */
  excludeNetwork?: boolean;
  getReport(): { readonly header?: { readonly glibcVersionRuntime?: string } };
}

/** What decides which addon a process can load. */
export interface Machine {
  /** As `process` has them. */
  readonly platform: string;
  readonly arch: string;
  /** The version of Node. */
  readonly node: string;
  /** The C library, such as `glibc 2.36`; null where there is no choice of them. */
  readonly library: string | null;
}

/** The C library of this process; null where there is no choice of them. */
function libraryOfC(): string | null {
  if (process.platform !== 'linux') return null;
  const report = process.report as unknown as Reports;
  const before = report.excludeNetwork ?? false;
  report.excludeNetwork = true;
  const version = report.getReport().header?.glibcVersionRuntime;
  report.excludeNetwork = before;
  return version === undefined ? 'musl' : `glibc ${version}`;
}

/** The machine of this process. */
export function thisMachine(): Machine {
  const { platform, arch, versions } = process;
  return { platform, arch, node: versions.node, library: libraryOfC() };
}

/** The name of a machine's folder in prebuilds/. */
export function prebuildFolder({ platform, arch, library }: Machine): string {
  return `${platform}-${arch}${library === 'musl' ? '-musl' : ''}`;
}

/** A machine in the words of npm, with what else decides whether an addon loads. */
export function machineWords({ platform, arch, library, node }: Machine): string {
  const words = [library, `Node ${node}`].filter((each) => each !== null);
  return `${platform}-${arch} (${words.join(', ')})`;
}
