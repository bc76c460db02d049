// What a report does beyond its content: sort, filter, and downloads of what is shown. Without it everything is there.
// It stands right behind the table, which so can be used while a long page still loads; the hairpins come later.
'use strict';
(() => {
  const root = document.documentElement, table = document.getElementById('t');
  if (!table) return;
  root.classList.add('js');
  // Rows stand in groups of a hundred: those out of sight are not laid out, but for a height of so many rows as are shown.
  const groups = Array.from(table.tBodies), rows = groups.flatMap(group => Array.from(group.rows)),
        count = document.getElementById('shown');
  const measure = () => groups.forEach(group => group.style.setProperty('--n', group.querySelectorAll('tr:not([hidden])').length));
  const card = row => document.getElementById('h' + row.dataset.k);
  let texts = null;  // what is searched: made when it is first wanted, and again once all hairpins are there
  const text_of = row => {
    const hairpin = card(row);
    return (row.textContent + ' ' + (hairpin ? hairpin.dataset.s : '')).toLowerCase();
  };
  const number = text => text === '' ? NaN : Number(text.replace('\u2212', '-'));

  table.querySelectorAll('th button').forEach(button => button.addEventListener('click', () => {
    const head = button.parentElement, column = head.cellIndex, numeric = head.classList.contains('r');
    const falling = head.getAttribute('aria-sort') === (numeric ? 'descending' : 'ascending')
      ? !numeric : numeric;  // numbers begin with the largest
    const keys = new Map(rows.map(row => {
      const text = row.cells[column].textContent.trim();
      return [row, numeric ? number(text) : text.toLowerCase()];
    }));
    const order = rows.slice().sort((a, b) => {
      const x = keys.get(a), y = keys.get(b);
      if (numeric) {
        if (isNaN(x) || isNaN(y)) return (isNaN(x) ? 1 : 0) - (isNaN(y) ? 1 : 0) || a.dataset.k - b.dataset.k;
        return (falling ? y - x : x - y) || a.dataset.k - b.dataset.k;
      }
      const by = x < y ? -1 : x > y ? 1 : a.dataset.k - b.dataset.k;
      return falling ? -by : by;
    });
    table.querySelectorAll('th').forEach(other => other.removeAttribute('aria-sort'));
    head.setAttribute('aria-sort', falling ? 'descending' : 'ascending');
    groups.forEach((group, k) => group.replaceChildren(...order.slice(100 * k, 100 * k + 100)));
    measure();
  }));

  const text = document.getElementById('f-text'), label = document.getElementById('f-label'),
        least = document.getElementById('f-least');
  const filter = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = label ? label.value : '', floor = least && least.value !== '' ? Number(least.value) : -1;
    let shown = 0;
    if (words.length && !texts) texts = rows.map(text_of);
    rows.forEach((row, k) => {
      const yes = words.every(word => texts[k].includes(word)) && (!wanted || row.dataset.l === wanted) &&
                  (floor < 0 || Number(row.dataset.p || -1) >= floor);
      if (row.hidden === yes) row.hidden = !yes;
      const hairpin = yes ? row.card : card(row);  // looked up only where it may be hidden
      if (hairpin && hairpin.hidden === yes) hairpin.hidden = !yes;
      if (hairpin) row.card = hairpin;
      shown += yes;
    });
    measure();
    count.textContent = shown === rows.length ? 'all ' + shown + ' shown' : shown + ' of ' + rows.length + ' shown';
  };
  [text, label, least].forEach(field => field && field.addEventListener('input', filter));
  filter();
  document.addEventListener('DOMContentLoaded', () => {
    texts = null;
    filter();
  });

  // The links hold all records; once some are hidden, a click saves the shown ones. data-n: lines each record has.
  const decode = link => new TextDecoder().decode(
    Uint8Array.from(atob(link.getAttribute('href').split(',')[1]), c => c.charCodeAt(0)));
  document.querySelectorAll('a[data-head]').forEach(link => link.addEventListener('click', event => {
    if (rows.every(row => !row.hidden)) return;
    event.preventDefault();
    const lines = decode(link).split('\n'), head = Number(link.dataset.head), each = Number(link.dataset.each);
    let at = head, out = lines.slice(0, head);
    rows.forEach(row => {
      const more = each ? each * Number(row.dataset.n) : 1;
      if (!row.hidden) out = out.concat(lines.slice(at, at + more));
      at += more;
    });
    const save = document.createElement('a');
    save.href = URL.createObjectURL(new Blob([out.join('\n') + '\n']));
    save.download = link.download;
    save.click();
    setTimeout(() => URL.revokeObjectURL(save.href), 1000);
  }));
})();
