export function requireEnvironment(name: string): string {
  throw new Error(`set the environment variable ${name}`);
}
