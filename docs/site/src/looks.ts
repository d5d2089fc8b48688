// What a worker tells of the inside of a network between two updates.
import type { Session } from '../../../dist/models/lab/session.js';
import { pictureLayers } from '../../../dist/models/watch/pictures.js';
import type { Look, Report } from './protocol.js';

/** Everything that is to be seen; a layer that the network has not got stands for its first. */
export async function looksOf(session: Session, { layer, image }: Look): Promise<Report[]> {
  const { network, data, step } = session;
  const layers = await pictureLayers(network, data);
  const reports: Report[] = [
    { kind: 'layers', step, layers },
    { kind: 'filters', filters: await session.filters() },
    { kind: 'weights', step, weights: await session.weights() },
  ];
  const names = layers.map(({ name }) => name);
  if (names.length === 0) return reports;
  const shown = names.includes(layer) ? layer : names[0];
  const posterior = session.posteriorOf(shown);
  const map = posterior === 'joint' ? await session.posteriorMap(shown, image) : null;
  return [...reports, { kind: 'map', layer: shown, image, posterior, map }];
}
