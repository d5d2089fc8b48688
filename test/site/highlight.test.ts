// The words that programs on pages are coloured by.
import t from 'tap';

interface Words {
  wordsOf(code: string, language: string): [text: string, kind: string | null][];
}
const { wordsOf }: Words = await import(
  new URL('../../../docs/site/pages/highlight.js', import.meta.url).href
);
const kinds = (code: string, language = 'js') => wordsOf(code, language).filter(([, kind]) => kind);

t.test('comments, strings, keywords and numbers', async (t) => {
  const program = "const x = 'it' + `\n{1}`; // in 2\n/* for */ y.in(3e4, v8)";
  t.same(kinds(program), [
    ['const', 'keyword'],
    ["'it'", 'string'],
    ['`\n{1}`', 'string'],
    ['// in 2', 'comment'],
    ['/* for */', 'comment'],
    ['3e4', 'number'],
  ]);
  t.same(kinds('for i in 1 # for', 'sh'), [
    ['1', 'number'],
    ['# for', 'comment'],
  ]);
  t.same(
    kinds('def f(): # 1', 'python').map(([text]) => text),
    ['def', '# 1'],
  );
  t.same(kinds('const 1', 'text'), []);
});

t.test('a program that is being written keeps every letter', async (t) => {
  const program = 'let s = "a\\"b"; /* 1\n2 */ f(\'open';
  for (let end = 0; end <= program.length; end++) {
    const code = program.slice(0, end);
    t.equal(
      wordsOf(code, 'js')
        .map(([text]) => text)
        .join(''),
      code,
    );
  }
  t.same(kinds('s = "open').at(-1), ['"open', 'string']);
  t.same(kinds('/* open\nconst').at(-1), ['/* open\nconst', 'comment']);
});
