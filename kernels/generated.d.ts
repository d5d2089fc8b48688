// Types of modules that are written into dist/ after the compiler, by scripts/bundle.js.

/** A build of the engine: its bytes, deflated, in base64. */
declare module '*.wasm.js' {
  const base64: string;
  export default base64;
}

/** The program of a worker thread in a page. */
declare module '*/page-worker.text.js' {
  const text: string;
  export default text;
}

/** The text of each kernel's body, by the kernel's name. */
declare module '*/bodies.text.js' {
  const texts: { readonly [name: string]: string };
  export default texts;
}
