/** Diagnostics of the npm package that an output folder is: 19. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM19xx. */
export const packageCodes = {
  LOOM1901: {
    severity: 'error',
    title: 'A field of package.json that npm does not take',
    holes: ['where', 'found', 'words'],
    what: '{where} is {found}; it has to be {words}.',
    why: 'The output folder is an npm package, and npm would refuse to pack or to publish it.',
    fix: 'Correct it, or write package: false for an output folder that is no package.',
    explanation: prose`
      loomgen build writes package.json, a README and compiled bindings beside the sources, so that
      npm pack and npm publish work in the output folder. What it cannot know, the config says:

          package: { name: '@acme/feed', version: '1.2.0', license: 'MIT' }

      package: false leaves all of it out; the TypeScript in bindings/ is the same either way.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
