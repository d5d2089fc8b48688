// Which images of which class were taken for which: the confusion matrix, with the images behind each cell.

/** A row and a column for each class. */
export interface Confusion {
  /** The classes shown, in their order. */
  classes: readonly number[];
  /** The images of each cell, by true class and predicted class. Of what is not shown there is none. */
  cells: readonly (readonly number[])[][];
  /** Images of the shown classes that were taken for others, or for none. */
  elsewhere: number;
}

/** The matrix of the classes, or of as many as `most` of them: those with the most mistakes. */
export function confusionOf(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
  most: number,
): Confusion {
  const shown = shownClasses(labels, predictions, classes, most);
  const place = new Map(shown.map((own, at) => [own, at]));
  const cells = shown.map(() => shown.map((): number[] => []));
  let elsewhere = 0;
  for (let n = 0; n < labels.length; n++) {
    const [row, column] = [place.get(labels[n]), place.get(predictions[n])];
    if (row === undefined) continue;
    if (column === undefined) elsewhere++;
    else cells[row][column].push(n);
  }
  return { classes: shown, cells, elsewhere };
}

function shownClasses(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
  most: number,
): number[] {
  const mistakes = new Array<number>(classes).fill(0);
  for (let n = 0; n < labels.length; n++) if (predictions[n] !== labels[n]) mistakes[labels[n]]++;
  const all = [...mistakes.keys()];
  if (classes <= most) return all;
  const worst = all.toSorted((a, b) => mistakes[b] - mistakes[a] || a - b);
  return worst.slice(0, most).toSorted((a, b) => a - b);
}
