/** Names in other spellings, and their order. Only validated names come here; none is mangled. */

/** `order_feed` and `orderFeed` are `OrderFeed`. */
export function pascalCase(name: string): string {
  return name
    .split('_')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}

/** `orderFeed` and `OrderFeed` are `order_feed`. */
export function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}

/** Order of names: by code unit, so that no locale changes what is generated. */
export function byName(first: string, second: string): number {
  return first < second ? -1 : first > second ? 1 : 0;
}

/** The entries of a record by name: what is emitted must not depend on the order of keys. */
export function entriesByName<Value>(record: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(record).sort(([first], [second]) => byName(first, second));
}
