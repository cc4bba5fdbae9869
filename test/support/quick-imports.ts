import { registerHooks } from 'node:module'

/**
 * Drizzle's `package.json` has 180 KB, and Node reads all of it anew for each import inside of the package, only to see
 * that it is a module: most of the second that a process needs to start. Whoever loads this first is told so at once.
 */
const isInDrizzle = /\/node_modules\/drizzle-orm\//

registerHooks({
  resolve: (specifier, context, next) => {
    const { parentURL = '' } = context
    return /^\..*\.js$/.test(specifier) && isInDrizzle.test(parentURL)
      ? { url: new URL(specifier, parentURL).href, format: 'module', shortCircuit: true }
      : next(specifier, context)
  },
})
