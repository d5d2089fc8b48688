// Draws what changed with the next frame, where it can be seen, and a frame's worth at a time.

/** Milliseconds of a frame that drawings may take; what is left waits for the next one. */
const BUDGET = 6;

const waiting = new Set<Drawing>();

function frame(): void {
  const end = performance.now() + BUDGET;
  for (const drawing of waiting) {
    waiting.delete(drawing);
    drawing.draw();
    if (performance.now() > end) break;
  }
  if (waiting.size > 0) requestAnimationFrame(frame);
}

/** A box of the page that is drawn again when it changed. */
export class Drawing {
  private isStale = false;
  private isSeen = false;

  constructor(
    box: Element,
    private readonly paint: () => void,
  ) {
    const observer = new IntersectionObserver(
      (entries) => {
        this.isSeen = entries.at(-1)!.isIntersecting;
        this.wait();
      },
      { rootMargin: '25%' },
    );
    observer.observe(box);
  }

  /** Something changed. */
  touch(): void {
    this.isStale = true;
    this.wait();
  }

  /** Only frames call it. */
  draw(): void {
    this.isStale = false;
    this.paint();
  }

  private wait(): void {
    if (!this.isStale || !this.isSeen || waiting.has(this)) return;
    waiting.add(this);
    if (waiting.size === 1) requestAnimationFrame(frame);
  }
}
