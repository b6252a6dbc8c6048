import { Html, html } from '../../render/html';

const EVIL = `"><b>'&`;

test('values are text, in elements and in attributes', () => {
  expect(html`<p title="${EVIL}">${EVIL} ${7}</p>`.markup).toBe(
    '<p title="&quot;&gt;&lt;b&gt;&#39;&amp;">&quot;&gt;&lt;b&gt;&#39;&amp; 7</p>',
  );
});

test('markup is not escaped again, alone and in lists', () => {
  const items = ['a', '<'].map((text) => html`<b>${text}</b>`);
  expect(html`<i>${items}</i>${new Html('<br />')}`.markup).toBe('<i><b>a</b>\n<b>&lt;</b></i><br />');
});

test.each([
  ['a line break', 'a\r\n\tb', 'a b'],
  ['a control character', 'a\u001bb\u0000', 'a[U+001B]b[U+0000]'],
  ['a bidirectional override', '\u202Egnp.exe', '[U+202E]gnp.exe'],
  ['an invisible character', 'a\u200Bb\u{E0041}', 'a[U+200B]b[U+E0041]'],
  ['half a character', 'a\uD800b', 'a[U+D800]b'],
  ['other writing', 'שלום 你好 é 🧹', 'שלום 你好 é 🧹'],
])('%s', (_name, given, expected) => {
  expect(html`${given}`.markup).toBe(expected);
});
