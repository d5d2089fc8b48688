// A row of the table: how an operation becomes nodes.
import type { Call } from '../call.js';
import type { Graph } from '../graph.js';

/** Adds the nodes that compute what the call computed; returns the name of the result. */
export type Row = (call: Call, graph: Graph) => string;

export type Rows = Readonly<Record<string, Row>>;
