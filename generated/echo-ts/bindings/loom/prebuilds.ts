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

/** The C library of this process, such as `glibc 2.36`; null where there is no choice of them. */
export function libraryOfC(): string | null {
  if (process.platform !== 'linux') return null;
  const report = process.report as unknown as Reports;
  const before = report.excludeNetwork ?? false;
  report.excludeNetwork = true;
  const version = report.getReport().header?.glibcVersionRuntime;
  report.excludeNetwork = before;
  return version === undefined ? 'musl' : `glibc ${version}`;
}

/** The name of this platform's folder in prebuilds/; `library` is what `libraryOfC` gave. */
export function prebuildFolder(library: string | null): string {
  const ending = library === 'musl' ? '-musl' : '';
  return `${process.platform}-${process.arch}${ending}`;
}
