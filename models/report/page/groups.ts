// Checkboxes that show and hide a group of series in all pictures and tables.

/** Shows the page's checkboxes, where there are several, and listens to them. */
export function showGroups(): void {
  const boxes = [...document.querySelectorAll<HTMLInputElement>('input[data-shows]')];
  if (boxes.length < 2) return;
  for (const box of boxes) {
    // A page that is loaded again keeps what was checked.
    box.checked = true;
    box.addEventListener('change', () => show(box));
  }
  const group = boxes[0].closest<HTMLElement>('[role=group]')!;
  group.hidden = false;
  group.append(buttonFor('All', boxes, true), buttonFor('None', boxes, false));
}

function show({ dataset, checked }: HTMLInputElement): void {
  for (const part of document.querySelectorAll(`[data-group="${dataset.shows}"]`))
    part.classList.toggle('off', !checked);
}

function buttonFor(text: string, boxes: readonly HTMLInputElement[], checked: boolean): HTMLElement {
  const button = document.createElement('button');
  Object.assign(button, { type: 'button', textContent: text });
  button.addEventListener('click', () => {
    for (const box of boxes) {
      box.checked = checked;
      show(box);
    }
  });
  return button;
}
