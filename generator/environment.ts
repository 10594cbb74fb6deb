/**
 * Environment variables as a type of our own: NodeJS.ProcessEnv in what is published would be an
 * error for whoever has not installed Node's types.
 */

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;
