// A report in a real browser: sorting, filtering, downloads, hostile ids, scripts off, printing, time of 5,000 rows.
//   node report_browser.mjs FOLDER    FOLDER holds small.html, hostile.html and large.html; pictures are left in it
// Needs Debian's chromium and playwright-core from npm; says so and exits with 77 where one is missing.
import {createRequire} from 'node:module';
import {existsSync, readFileSync} from 'node:fs';
import {pathToFileURL} from 'node:url';
import path from 'node:path';
import process from 'node:process';

const skip = why => { console.log('skipped: ' + why); process.exit(77); };
const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (!browserPath) skip('no chromium');
let chromium;
// Where npm installs: what the environment says, here or above, beside the home folder, globally (npm -g, Debian).
const places = [process.env.STEMLOOP_NODE_MODULES, ...(process.env.NODE_PATH || '').split(':'), '.', import.meta.dirname ?? '',
  process.env.HOME, '/usr/local/lib/node_modules', '/usr/lib/node_modules', '/usr/share/nodejs'];
for (const folder of places.filter(Boolean)) {
  try {
    ({chromium} = createRequire(path.resolve(folder, 'x.js'))('playwright-core'));
    break;
  } catch { /* the next place */ }
}
if (!chromium) skip('no playwright-core (npm install playwright-core; STEMLOOP_NODE_MODULES or NODE_PATH says where)');

const folder = process.argv[2];
const page_of = name => pathToFileURL(path.join(folder, name)).href;
let failures = 0, checks = 0;
const check = (right, words) => {
  ++checks;
  if (!right) ++failures;
  console.log((right ? 'ok    ' : 'FAILED ') + words);
};

const browser = await chromium.launch({executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']});
const open = async (name, options = {}) => {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, acceptDownloads: true, ...options});
  const page = await context.newPage();
  page.setDefaultTimeout(120000);
  page.on('console', message => message.type() === 'error' && check(false, name + ' says ' + message.text()));
  page.on('dialog', dialog => { check(false, name + ' opens a dialog'); dialog.dismiss(); });
  page.on('request', request => /^(file|data|blob):/.test(request.url()) || check(false, name + ' asks for ' + request.url()));
  await page.goto(page_of(name));
  return page;
};
const cells = (page, column) => page.$$eval('#t tbody tr', (rows, c) =>
  rows.filter(row => !row.hidden).map(row => row.cells[c].textContent.trim()), column);
const column_of = (page, name) => page.$$eval('#t th', (heads, n) => heads.findIndex(h => h.textContent.trim() === n), name);

{  // Sorting, filtering, downloads, keyboard.
  const page = await open('small.html', {viewport: {width: 1280, height: 2600}});
  await page.screenshot({path: path.join(folder, 'small.png')});
  const length = await column_of(page, 'length');
  const button = page.locator('#t th button', {hasText: /^length$/});
  await button.click();
  const down = (await cells(page, length)).map(Number);
  check(down.length > 2 && down.every((x, k) => k === 0 || down[k - 1] >= x), 'a click sorts numbers, largest first');
  await button.focus();
  await page.keyboard.press('Enter');
  const up = (await cells(page, length)).map(Number);
  check(up.every((x, k) => k === 0 || up[k - 1] <= x), 'Enter on a heading sorts the other way');
  check(await page.locator('#t th').nth(length).getAttribute('aria-sort') === 'ascending', 'the heading says how');
  const ids = await cells(page, 0);
  await page.fill('#f-text', ids[1]);
  const found = await cells(page, 0);
  check(found.includes(ids[1]) && found.length < ids.length, 'searching leaves what holds the text');
  const saved = page.waitForEvent('download');
  await page.click('#d-fa');
  const text = readFileSync(await (await saved).path(), 'utf8');
  check(text.includes('>' + ids[1] + '\n') && !text.includes('>' + ids[0] + '\n'), 'a download holds what is shown');
  await page.fill('#f-text', '');
  const all = page.waitForEvent('download');
  await page.click('#d-tsv');
  const table = readFileSync(await (await all).path(), 'utf8').trim().split('\n');
  check(table.length === ids.length + 1, 'without a filter it holds everything');
  await page.click('#t tbody tr:nth-child(2) a');
  check(await page.evaluate(() => document.querySelector('article:target') !== null), 'an id leads to its hairpin');
  await page.pdf({path: path.join(folder, 'small.pdf'), format: 'A4'});
  check(readFileSync(path.join(folder, 'small.pdf')).length > 20000, 'it prints to PDF');
  await page.context().close();
}
{  // Dark, and no wider than a phone.
  const dark = await open('small.html', {colorScheme: 'dark'});
  const ground = await dark.evaluate(() => getComputedStyle(document.body).backgroundColor);
  check(ground !== 'rgb(255, 255, 255)', 'dark style follows the system');
  await dark.screenshot({path: path.join(folder, 'dark.png')});
  await dark.context().close();
  const phone = await open('small.html', {viewport: {width: 390, height: 800}});
  check(await phone.evaluate(() => document.documentElement.scrollWidth) <= 390, 'a phone need not scroll sideways');
  await phone.screenshot({path: path.join(folder, 'phone.png')});
  await phone.context().close();
}
{  // Without scripts everything is there.
  const page = await open('small.html', {javaScriptEnabled: false});
  const rows = await page.locator('#t tbody tr').count();
  check(rows > 2 && rows === await page.locator('article').count(), 'scripts off: every row and every hairpin');
  check(await page.locator('#d-tsv').isVisible() && !await page.locator('.tools').isVisible(),
        'scripts off: downloads stay, what would not work is not shown');
  await page.screenshot({path: path.join(folder, 'noscript.png')});
  await page.context().close();
}
{  // Ids that would be markup.
  const page = await open('hostile.html');
  check(await page.locator('main img, main iframe, [onerror], [onload], [onmouseover]').count() === 0 &&
        await page.locator('script').count() === 1, 'no id becomes markup: the only script is the page\'s own');
  check(await page.evaluate(() => typeof window.stolen === 'undefined'), 'no id becomes a script');
  check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'long ids do not break the page');
  await page.screenshot({path: path.join(folder, 'hostile.png')});
  await page.context().close();
}
{  // 5,000 hairpins.
  const context = await browser.newContext({viewport: {width: 1280, height: 900}});
  const page = await context.newPage();
  page.setDefaultTimeout(300000);
  // On a busy machine the clock measures the others too: counted is what the page's own thread worked.
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable', {timeDomain: 'threadTicks'});
  const worked = async () => Math.round(1000 * (await session.send('Performance.getMetrics')).metrics
    .filter(m => m.name === 'TaskDuration').map(m => m.value)[0]);
  const painted = () => page.evaluate(() => new Promise(done => requestAnimationFrame(() => setTimeout(done))));
  const timed = async action => {
    const from = await worked();
    await action();
    await painted();
    return await worked() - from;
  };
  const begin = Date.now();
  await page.goto(page_of('large.html'), {waitUntil: 'commit'});
  await page.waitForFunction(() => document.documentElement.classList.contains('js'));  // the table is there and sorts
  await painted();
  const usable = await worked(), usable_clock = Date.now() - begin;
  await page.waitForLoadState('load');
  await painted();
  const loaded = await worked(), loaded_clock = Date.now() - begin;
  const rows = await page.locator('#t tbody tr').count();
  const sorting = await timed(() => page.evaluate(() => document.querySelector('#t th button').click()));
  const filtering = await timed(() => page.fill('#f-text', 'let-7'));
  console.log(`      ${rows} rows: usable after ${usable} ms of work (${usable_clock} ms by the clock), all loaded after ` +
              `${loaded} (${loaded_clock}), sorted in ${sorting}, filtered in ${filtering}`);
  const limit = Number(process.env.STEMLOOP_PAGE_LIMIT_MS || 2000);
  check(rows === 5000 && usable <= limit, `5,000 rows are shown within ${limit} ms`);
  check(sorting <= limit && filtering <= limit, 'and sorted and filtered');
  await page.screenshot({path: path.join(folder, 'large.png')});
  await context.close();
}
await browser.close();
console.log(`${checks - failures} passed, ${failures} failed`);
process.exit(failures ? 1 : 0);
