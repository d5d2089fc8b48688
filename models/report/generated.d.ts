// Types of modules that are written into dist/ after the compiler, by scripts/bundle.js.

/** The style sheet of reports. */
declare module '*/style.text.js' {
  const text: string;
  export default text;
}

/** The program of a report's page. */
declare module '*/script.text.js' {
  const text: string;
  export default text;
}
