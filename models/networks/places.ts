// The places of a network's norms: their names, the groups that they make, and what is wrong with a list of them.

/** A network as far as its norms go: its class, such as CifarCnn, is one. */
export interface Placed {
  readonly name: string;
  /** Where it asks for a norm, in order, and how many pixels an image has there. */
  readonly places: Readonly<Record<string, number>>;
}

/** Whether a place is the one of this name, or in the group of this name: `block2` has `block2.0.norm1`. */
export function isWithin(place: string, name: string): boolean {
  return place === name || place.startsWith(`${name}.`);
}

/** Whether a list of places and groups has this place; null stands for all. */
export function standsAt(place: string, normAt: readonly string[] | null | undefined): boolean {
  return !normAt || normAt.some((name) => isWithin(place, name));
}

/** The names of a network's places, those with dots by their groups. */
export function placesOf(network: Pick<Placed, 'places'>): string {
  return namesIn(network, '').join(', ');
}

/** The places and groups that a group has; '' is the group of all. */
function namesIn({ places }: Pick<Placed, 'places'>, group: string): string[] {
  const depth = group === '' ? 1 : group.split('.').length + 1;
  const inside = Object.keys(places).filter((place) => group === '' || isWithin(place, group));
  return [...new Set(inside.map((place) => place.split('.').slice(0, depth).join('.')))];
}

/** What is wrong with a list of places, in words; null where nothing is. */
export function findWrongPlace(normAt: readonly string[], network: Placed): string | null {
  if (!Array.isArray(normAt)) return `is '${normAt}', expected a list of places`;
  if (normAt.length === 0) return `is empty, expected some of ${placesOf(network)}`;
  const places = Object.keys(network.places);
  for (const [i, name] of normAt.entries()) {
    if (!places.some((place) => isWithin(place, name)))
      return `has '${name}', expected some of ${namesIn(network, groupOf(name, places)).join(', ')}`;
    const other = normAt.find((other, j) => j !== i && isWithin(name, other));
    if (other === name) return `has '${name}' twice, expected each place once`;
    if (other !== undefined) return `has '${name}', which '${other}' has as well, expected each place once`;
  }
  return null;
}

/** The last group on the way to a name: `block1` for `block1.99` where there is a block1; '' where there is none. */
function groupOf(name: string, places: readonly string[]): string {
  const group = name.split('.').slice(0, -1).join('.');
  const exists = group === '' || places.some((place) => place.startsWith(`${group}.`));
  return exists ? group : groupOf(group, places);
}
