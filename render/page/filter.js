'use strict';
// The page's own script: it searches and filters the lists, and adds local times. The page reads the same without it.
(() => {
  /** How many rows are made of lines. */
  const SHOWN = 100;
  /** How many rows a long list shows at first. */
  const FIRST = 20;
  const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
  const count = (number) => number.toLocaleString('en-US');

  for (const time of document.querySelectorAll('time')) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime()) || date.getTimezoneOffset() === 0) continue;
    const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
    time.append(` (${format.format(date)} where you are)`);
  }

  for (const list of document.querySelectorAll('.list')) enable(list);

  function enable(list) {
    const [filter, body, lines] = ['.filter', 'tbody', 'details.lines'].map((name) =>
      list.querySelector(name),
    );
    const [search, group, status] = ['input', 'select', '[role=status]'].map((name) =>
      filter.querySelector(name),
    );
    const found = document.createElement('tbody');
    body.after(found);
    const showAll = document.createElement('button');
    showAll.type = 'button';
    showAll.textContent = `Show all ${count(body.rows.length)} rows`;
    showAll.hidden = body.rows.length <= FIRST;
    found.parentElement.after(showAll);
    const fold = (folded) => {
      for (const row of [...body.rows].slice(FIRST))
        row.classList.toggle('folded', folded && !showAll.hidden);
    };
    fold(true);
    showAll.addEventListener('click', () => {
      showAll.hidden = true;
      fold(false);
      body.rows[FIRST].tabIndex = -1;
      body.rows[FIRST].focus();
    });
    let items;
    const apply = () => {
      items ??= readItems(body, lines);
      const wanted = words(search.value);
      const active = wanted.length > 0 || Boolean(group?.value);
      const matches = items.filter(
        (item) =>
          (!group?.value || item.group === group.value) && wanted.every((word) => item.text.includes(word)),
      );
      const matched = new Set(matches);
      for (const item of items) if (item.row) item.row.hidden = !matched.has(item);
      const more = active ? matches.filter((item) => item.cells) : [];
      found.replaceChildren(...more.slice(0, SHOWN).map(rowOf));
      if (lines) lines.hidden = active;
      fold(!active);
      showAll.classList.toggle('folded', active);
      const cut = more.length > SHOWN ? `; ${count(more.length - SHOWN)} of them are not shown` : '';
      status.textContent = active
        ? `${count(matches.length)} of ${count(items.length)} ${list.dataset.nouns}${cut}`
        : '';
    };
    search.addEventListener('input', apply);
    group?.addEventListener('change', apply);
    filter.hidden = false;
  }

  /** The rows of a list, and its lines. */
  function readItems(body, lines) {
    const rows = [...body.rows].map((row) => ({
      row,
      group: row.dataset.group,
      text: row.textContent.toLowerCase(),
    }));
    const texts = [...(lines?.querySelectorAll('pre') ?? [])].flatMap((pre) =>
      pre.textContent.split('\n').map((line) => ({
        cells: line.split('\t'),
        group: pre.dataset.group,
        text: line.toLowerCase(),
      })),
    );
    return [...rows, ...texts];
  }

  function rowOf({ cells }) {
    const row = document.createElement('tr');
    cells.forEach((text, i) => {
      const cell = document.createElement(i === 0 ? 'th' : 'td');
      if (i === 0) cell.scope = 'row';
      cell.textContent = text;
      row.append(cell);
    });
    return row;
  }
})();
