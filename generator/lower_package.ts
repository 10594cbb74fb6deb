/** The part of `lower` about the npm package that the output folder is, and its inverse. */
import type { CheckedConfig } from '../schemas/config.ts';
import type { IrPackage } from '../schemas/ir_package.ts';

/** What package.json has; undefined: the output folder is no package. */
export function lowerPackage({ name, package: declared }: CheckedConfig): IrPackage | undefined {
  if (declared === false) return undefined;
  const { description, license, repository, version } = declared;
  return {
    name: declared.name ?? name,
    version,
    ...(description !== undefined && { description }),
    license,
    ...(repository !== undefined && { repository }),
  };
}

/** The `package` of a config that lowers to this. */
export function raisePackage(lowered: IrPackage | undefined): IrPackage | false {
  return lowered ?? false;
}
