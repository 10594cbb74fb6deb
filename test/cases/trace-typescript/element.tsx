/** @jsx make */
// JSX: arrows in attributes and children.
declare const log: (id: string, value?: unknown) => void;
declare namespace JSX { interface IntrinsicElements { [name: string]: any } }
function make(type: any, properties: any, ...children: any[]): any {
  log('make');
  return typeof type === 'function' ? type(properties) : { type, properties, children };
}
const Item = ({ name }: { name: string }) => <li title={name}>{name}</li>;
const List = <T extends string,>({ of }: { of: T[] }) => <ul onClick={() => { log('List-c'); return 1; }}>{of.map((name) => <Item name={name} />)}</ul>;
export const cases: Record<string, () => unknown> = {
  item: () => <Item name="a" />,
  list: () => <List of={['a', 'b']} />,
  click: () => (<List of={[]} />).properties.onClick(),
};
