// Checkboxes that show and hide a group of series in all pictures and tables.

/** Listens to the page's checkboxes. */
export function showGroups(): void {
  const boxes = document.querySelectorAll<HTMLInputElement>('input[data-shows]');
  for (const box of boxes) {
    box.checked = true;
    box.addEventListener('change', () => {
      for (const part of document.querySelectorAll(`[data-group="${box.dataset.shows}"]`))
        part.classList.toggle('off', !box.checked);
    });
  }
  for (const fieldset of document.querySelectorAll('fieldset')) fieldset.hidden = boxes.length < 2;
}
