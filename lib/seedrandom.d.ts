/** seedrandom's ARC4 generator alone, which its typings do not name. */
declare module 'seedrandom/seedrandom.js' {
  import seedrandom from 'seedrandom';
  export default seedrandom;
}
