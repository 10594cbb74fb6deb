/** The part of the IR that `package.json` and the README of the output folder are made of. */

/** The npm package that the output folder is; what is absent is not said in package.json. */
export interface IrPackage {
  name: string;
  version: string;
  description?: string;
  license: string;
  repository?: string;
}
